import assert from "node:assert/strict";
import { join } from "node:path";
import { loadModel, lora, type Method, model, resolveModel } from "tunebook";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const quiet = { quiet: true };
const aborted = { signal: AbortSignal.abort() };
const columns = { text: "text", label: "mood" };
const names = { 0: "negative", 1: "neutral", 2: "positive" };

/** LoRA that calls `act` where a run makes its first values, when all rows are encoded. */
function loraThat(act: () => void): Method {
  const method = lora({ rank: 2 });
  return {
    ...method,
    attach(host) {
      const attached = method.attach(host);
      const parameters = attached.parameters.map((parameter) => ({
        ...parameter,
        initial(...random: Parameters<typeof parameter.initial>) {
          act();
          return parameter.initial(...random);
        },
      }));
      return { ...attached, parameters };
    },
  };
}

Deno.test("a run that is stopped before its first step says that nothing is kept", () =>
  inFolder(async (folder) => {
    const plan = model(await tinyModel(join(folder, "base"))).data(moods(40), columns);
    const checkpoints = join(folder, "checkpoints");
    const stop = new AbortController();
    for (
      const [options, message] of [
        [aborted, "stopped before the training; nothing was trained"],
        [stop, "stopped before the first step; nothing was trained and nothing is kept"],
      ] as const
    ) {
      await assert.rejects(
        plan.adapt(loraThat(() => stop.abort())).train({ epochs: 1, checkpoints })
          .run({ ...quiet, signal: options.signal }),
        { kind: "interrupted", message },
      );
    }
    assert.deepEqual((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), [
      "base",
    ]);
  }));

Deno.test("what comes before the training is stopped while it works", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const start = model(reference).data(moods(60_000), columns);
    const plan = start.adapt(lora()).train({ epochs: 1 });
    const message = /^stopped (after \d+ of \d+ rows of the .* were encoded|before the training)/;
    const stopped = { kind: "interrupted", message };
    const soon = () => ({ ...quiet, signal: AbortSignal.timeout(100) });
    await assert.rejects(plan.run(soon()), stopped);
    await assert.rejects(plan.preview({ signal: soon().signal }), stopped);
    await assert.rejects(start.compare({ lora: lora() }).run(soon()), stopped);
  }));

Deno.test("a model's quantisation and the labelling of texts are stopped", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "bert", names);
    const { config, weights } = await resolveModel(reference);
    await assert.rejects(
      loadModel({ reference, config, weights, outputs: 2, seed: 1, quantize: "nf4", ...aborted }),
      { kind: "interrupted", message: "stopped while the model's weights were quantised" },
    );
    const base = await model(reference).open();
    try {
      const adapters = await base.attach({});
      const texts = ["good", "bad"];
      await assert.rejects(
        adapters.predict(texts, { adapters: [null, null], ...aborted }),
        { kind: "interrupted" },
      );
    } finally {
      await base.dispose();
    }
  }));
