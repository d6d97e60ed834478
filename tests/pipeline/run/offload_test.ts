import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  full,
  lora,
  merged,
  type Method,
  model,
  open,
  perplexity,
  type RunOptions,
  tableFromColumns,
  textGeneration,
} from "tunebook";
import { openWeights } from "../../../lib/weights/open_weights.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, reviews, tinyModel } from "../tiny.ts";

/** A matrix of a block has 65,536 bytes or more, the word table 153,600: several segments. */
const sizes = { hiddenSize: 128, layers: 3, heads: 2, positions: 32, vocabulary: 300 };
const offload = { megabytes: 0.3 };
/** Products with a matrix that is an input are summed in another order. */
const tolerance = 1e-6;
/** Adam divides small differences by small numbers. */
const parameterTolerance = 1e-4;

const texts = reviews(48).map(({ text }) => text);
const rows = tableFromColumns({ text: texts });

/** Writes a decoder that has learnt a little, and returns its reference. */
async function writeBase(folder: string): Promise<string> {
  const base = join(folder, "base");
  const result = await model("new:llama", sizes)
    .data(rows, textGeneration({ text: "text" }), { test: 8 })
    .adapt(full())
    .train({ epochs: 1, batchSize: 16 })
    .deploy(merged(base))
    .run({ quiet: true });
  await result.dispose();
  return `file:${base}`;
}

function planOf(
  reference: string,
  folder: string,
  method: Method = lora({ rank: 2, dropout: 0 }),
) {
  return model(reference)
    .data(rows, textGeneration({ text: "text" }), { test: 8, validation: 8 })
    .adapt(method)
    .train({
      epochs: 2,
      batchSize: 8,
      learningRate: 1e-2,
      seed: 1,
      gradientCheckpointing: true,
      checkpoints: join(folder, "kept"),
      checkpointEvery: 1,
      resume: true,
    })
    .evaluate({ perplexity })
    .deploy(adapter(join(folder, "adapter")), merged(join(folder, "merged")));
}

/** LoRA whose run is stopped after a step. */
function stoppedAfter(last: number, stop: AbortController): Method {
  const method = lora({ rank: 2, dropout: 0 });
  return {
    ...method,
    attach: (host) => ({
      ...method.attach(host),
      afterStep({ step }) {
        if (step >= last) stop.abort();
        return undefined;
      },
    }),
  };
}

/** What a run learnt and what it writes. */
async function ranWith(reference: string, folder: string, options: RunOptions) {
  const result = await planOf(reference, folder).run({ quiet: true, ...options });
  const { losses, scores, validations, device } = result;
  const written = await result.generate([texts[0]], { maxNewTokens: 5, temperature: 0 });
  await result.dispose();
  return { losses, scores, validations, device, text: written[0].text };
}

type Ran = Awaited<ReturnType<typeof ranWith>>;

function assertSame(actual: Ran, expected: Ran): void {
  assert.equal(actual.losses.length, expected.losses.length);
  expected.losses.forEach((loss, step) =>
    assert.ok(Math.abs(actual.losses[step] / loss - 1) < tolerance, `step ${step + 1}`)
  );
  const { perplexity } = expected.scores;
  assert.ok(Math.abs(actual.scores.perplexity / perplexity - 1) < 10 * tolerance);
  assert.equal(actual.text, expected.text);
}

/** Compares the tensors of two checkpoints. */
async function assertSameFiles(actual: string, expected: string): Promise<void> {
  using ours = await openWeights(actual);
  using theirs = await openWeights(expected);
  assert.deepEqual([...ours.tensors.keys()], [...theirs.tensors.keys()]);
  for (const name of theirs.tensors.keys()) {
    const wanted = await theirs.readFloat32(name);
    const values = await ours.readFloat32(name);
    wanted.forEach((value, at) =>
      assert.ok(Math.abs(values[at] - value) < parameterTolerance, `${name} at ${at}`)
    );
  }
}

Deno.test("an offloaded run, stopped and resumed, gives what a whole one gives", () =>
  inFolder(async (folder) => {
    const reference = await writeBase(folder);
    const [whole, pieces] = [join(folder, "whole"), join(folder, "pieces")];
    const expected = await ranWith(reference, whole, {});
    assert.notEqual(expected.losses[0], expected.losses.at(-1));
    const stop = new AbortController();
    await assert.rejects(
      planOf(reference, pieces, stoppedAfter(3, stop)).run({
        ...{ quiet: true, offload, signal: stop.signal },
      }),
      { kind: "interrupted", message: /after step 3|after (the )?(step )?3 / },
    );
    const actual = await ranWith(reference, pieces, { offload });
    assert.equal(actual.device, "cpu (frozen weights on disk, 0.3 MB at once)");
    assertSame(actual, expected);
    for (const file of ["adapter/adapter_model.safetensors", "merged"]) {
      await assertSameFiles(join(pieces, file), join(whole, file));
    }
    const opened = await open(join(whole, "adapter"), { offload });
    const [written] = await opened.generate([texts[0]], { maxNewTokens: 5, temperature: 0 });
    assert.equal(written.text, expected.text);
    await opened.dispose();
  }));

Deno.test("offload is refused where it does nothing or makes no sense", () =>
  inFolder(async (folder) => {
    const plan = model("new:llama", sizes)
      .data(rows, textGeneration({ text: "text" }), { test: 8 });
    await assert.rejects(
      plan.adapt(full()).train({ epochs: 1 }).run({ quiet: true, offload }),
      { kind: "unsupported", message: /this method trains all of them/ },
    );
    const bert = model(await tinyModel(folder)).data(moods(20), { text: "text", label: "mood" });
    await assert.rejects(bert.compare({ lora: lora() }, { metric: accuracy }).run({ offload }), {
      kind: "input",
      message: /has no option offload/,
    });
    const trained = bert.adapt(lora()).train({ epochs: 1 });
    await assert.rejects(trained.run({ offload: { megabytes: -1 } }), {
      kind: "input",
      message: /megabytes is -1, but must be a number above 0/,
    });
    await assert.rejects(trained.run({ quiet: true, offload: { megabytes: 0.001 } }), {
      kind: "input",
      message: /some weights are larger:[^]*word_embeddings.weight has 0.0\d MB/,
    });
    await assert.rejects(
      trained.evaluate({ accuracy }, { compute: "int8" }).run({ quiet: true, offload }),
      { kind: "unsupported", message: /scores are to be computed in int8/ },
    );
  }));
