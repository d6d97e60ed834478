import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adalora,
  adapter,
  head,
  lora,
  methodChart,
  model,
  peft,
  perplexity,
  Plan,
  promptTuning,
  type Table,
  tableFromColumns,
} from "tunebook";
import { isMistake } from "../../is_mistake.ts";
import { goldenPath } from "../../models/golden.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { reviews, tinyModel } from "../tiny.ts";

const quiet = { quiet: true };
/** As in the golden files of the models themselves. */
const tolerance = 1e-4;

const golden = JSON.parse(await Deno.readTextFile(goldenPath("perplexity.json"))) as
  & Record<string, { base: number; adapted?: number }>
  & { texts: string[] };
const table = (texts: readonly string[]): Table => tableFromColumns({ text: texts });
const some = (rows: number, seed = 1) => table(reviews(rows, seed).map(({ text }) => text));

for (const name of ["gpt2", "gpt2-untied", "llama", "llama-tied"]) {
  Deno.test(`${name} has the perplexity that transformers and PEFT compute`, () =>
    inFolder(async (folder) => {
      const base = model(await tinyModel(folder, name));
      const test = table(golden.texts);
      const { base: alone, adapted } = golden[name];
      const untrained = async (method: ReturnType<typeof lora>) => {
        const result = await base.data(some(4), { text: "text", test })
          .adapt(method).train({ epochs: 0 }).evaluate({ perplexity }).run(quiet);
        await result.dispose();
        return result.scores.perplexity;
      };
      const found = await untrained(lora());
      assert.ok(Math.abs(found / alone - 1) < tolerance, `${found}, transformers has ${alone}`);
      if (adapted === undefined) return;
      const changed = await untrained(peft(goldenPath(`methods/lora-${name}`)));
      assert.ok(Math.abs(changed / adapted - 1) < tolerance, `${changed}, PEFT has ${adapted}`);
      assert.ok(Math.abs(adapted / alone - 1) > 0.01, "the adapter changes nothing");
    }));
}

for (const name of ["gpt2", "llama"]) {
  for (const [method, on] of [["lora", lora()], ["adalora", adalora()]] as const) {
    Deno.test(`texts alone train ${method} on ${name} to predict their tokens`, () =>
      inFolder(async (folder) => {
        const reference = await tinyModel(join(folder, "base"), name);
        const place = join(folder, "out");
        const data = model(reference).data(some(120), { text: "text", validation: 0.1 });
        const result = await data.adapt(on)
          .train({ epochs: 4, batchSize: 8, learningRate: 1e-2, keepBest: true })
          .evaluate({ perplexity })
          .deploy(adapter(place))
          .run(quiet);
        assert.ok(result.losses.at(-1)! < 0.9 * result.losses[0]);
        assert.ok(result.validations.at(-1)!.score < result.validations[0].score);
        assert.equal(result.receipts[0].rows, 24);
        const { rows, truth } = result.predictions;
        assert.equal(rows, 24);
        assert.equal(truth.length, 24);
        const [text] = await result.predict(["the film"]);
        assert.equal(text, (await result.generate(["the film"]))[0].text);
        await result.dispose();

        const config = JSON.parse(await Deno.readTextFile(join(place, "adapter_config.json")));
        assert.equal(config.task_type, "CAUSAL_LM");
        assert.equal(config.modules_to_save, null);
        assert.match(await Deno.readTextFile(join(place, "README.md")), /AutoModelForCausalLM/);
        const again = await data.adapt(peft(place)).train({ epochs: 0 })
          .evaluate({ perplexity }).run(quiet);
        assert.ok(Math.abs(again.scores.perplexity / result.scores.perplexity - 1) < 1e-5);
        assert.match(String(again), /perplexity/);
        await again.dispose();
        const classes = tableFromColumns({
          text: reviews(30).map(({ text }) => text),
          mood: reviews(30).map(({ mood }) => mood),
        });
        await assert.rejects(
          model(reference).data(classes, { text: "text", label: "mood" }).adapt(peft(place)).train()
            .run(quiet),
          isMistake("input", /trained on no labels .*, but the data has the labels/),
        );
      }));
  }
}

Deno.test("virtual tokens before the text and packed rows predict too", () =>
  inFolder(async (folder) => {
    const base = model(await tinyModel(join(folder, "base"), "gpt2"));
    const data = base.data(some(60), { text: "text" });
    const virtual = await data.adapt(promptTuning({ tokens: 4 })).train({ epochs: 4, batchSize: 8 })
      .evaluate({ perplexity }).deploy(adapter(join(folder, "prompt"))).run(quiet);
    assert.ok(virtual.losses.at(-1)! < virtual.losses[0]);
    await virtual.dispose();
    const settings = { epochs: 2, batchSize: 8, order: "shuffled" as const };
    const run = async (packing: boolean) => {
      const result = await data.adapt(lora()).train({ ...settings, packing })
        .evaluate({ perplexity }).run(quiet);
      await result.dispose();
      return result.scores.perplexity;
    };
    assert.ok(Math.abs(await run(true) / await run(false) - 1) < tolerance);
  }));

Deno.test("a plan without labels says so, in words and as JSON", async () => {
  const plan = model("hf:org/name").data("texts.csv", { text: "text" })
    .adapt(lora()).train().evaluate({ perplexity });
  assert.match(String(plan), /texts\.csv: text → next token, test 0\.2/);
  assert.deepEqual(Plan.from(JSON.parse(JSON.stringify(plan))).toJSON(), plan.toJSON());
  await inFolder(async (folder) => {
    const known = model(await tinyModel(folder, "gpt2")).data(some(30), { text: "text" })
      .adapt(lora()).train();
    assert.match(String(await methodChart(known)), /attn\.c_attn/);
    const preview = await known.preview();
    assert.equal(preview.splits.splits[0].rows, 24);
    assert.deepEqual(preview.splits.splits[0].classes, []);
    assert.doesNotMatch(String(preview), /undefined/);
    const display = Symbol.for("Jupyter.display");
    const shown = await (known as unknown as Record<symbol, () => Promise<object>>)[display]();
    assert.match(JSON.stringify(shown), /next token/);
    assert.doesNotMatch(JSON.stringify(shown), /undefined|cannot/);
  });
});

Deno.test("what needs labels is refused where there are none", () =>
  inFolder(async (folder) => {
    const of = (reference: string) => model(reference).data(some(30), { text: "text" });
    const gpt2 = of(await tinyModel(join(folder, "gpt2"), "gpt2"));
    const bert = of(await tinyModel(join(folder, "bert")));
    await assert.rejects(
      gpt2.adapt(lora()).train({ labelSmoothing: 0.1, classWeights: "balanced" })
        // @ts-expect-error Accuracy scores no next tokens.
        .evaluate({ accuracy }).run(quiet),
      isMistake("input", "accuracy does not score next tokens", "do: perplexity", "classWeights"),
    );
    await assert.rejects(
      bert.adapt(lora()).train().run(quiet),
      isMistake("unsupported", /bert models have no head "language".*gpt2, llama/),
    );
    await assert.rejects(gpt2.adapt(head()).train().run(quiet), /leaves nothing to train/);
    assert.throws(
      () => model("hf:org/name").data("a.csv", { text: "text", kind: "multi", pair: "other" }),
      isMistake("input", "kind needs a label", "pair needs a label"),
    );
    const labelled = model("hf:org/name").data("a.csv", { text: "text", label: "mood" })
      .adapt(lora()).train()
      // @ts-expect-error Perplexity scores no labels.
      .evaluate({ perplexity });
    assert.throws(
      () => Plan.from(labelled.toJSON()),
      isMistake("input", 'perplexity does not score labels of kind "single"'),
    );
  }));
