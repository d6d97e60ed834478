import assert from "node:assert/strict";
import { join } from "node:path";
import { adapter, merged, model, open, peft, tableFromRows } from "tunebook";
import { goldenPath } from "../../models/golden.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { reviews, tinyModel } from "../tiny.ts";

const names = { 0: "negative", 1: "neutral", 2: "positive" };
const texts = ["good film", "bad awful food", "the place was fine"];
/** Probabilities of two programs that compute the same. */
const tolerance = 1e-5;

type Answers = readonly { readonly probabilities: Readonly<Record<string, number>> }[];

function assertSame(found: Answers, wanted: Answers): void {
  const numbers = (answers: Answers) =>
    answers.flatMap((each) => Object.values(each.probabilities));
  const differences = numbers(found).map((each, i) => Math.abs(each - numbers(wanted)[i]));
  assert.equal(differences.length, 9);
  assert.ok(Math.max(...differences) < tolerance, `they differ by ${Math.max(...differences)}`);
}

Deno.test("biases that PEFT trained beside LoRA act where several adapters share a base", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "bert", names);
    const alone = await open(goldenPath("peft/lora-biases-bert"), { base: reference });
    const base = await model(reference).open();
    try {
      const wanted = await alone.predict(texts);
      const set = await base.attach({ a: goldenPath("peft/lora-biases-bert") });
      assertSame(await set.use("a").predict(texts), wanted);
      // Another weight of the base cannot be shared, and that is said.
      await assert.rejects(
        base.attach({ b: goldenPath("peft/lora-pooler-bert") }),
        isMistake("unsupported", "b replaces pooler.dense.weight of the base"),
      );
    } finally {
      await alone.dispose();
      await base.dispose();
    }
  }));

for (const name of ["lora-biases-bert", "lora-pooler-bert"]) {
  Deno.test(`what ${name} trained beside LoRA is trained on, merged and written back`, () =>
    inFolder(async (folder) => {
      const reference = await tinyModel(join(folder, "base"), "bert", names);
      const rows = tableFromRows(reviews(30).map(({ text, mood }) => ({ text, mood })), "reviews");
      const out = join(folder, "out");
      const result = await model(reference).data(rows, { text: "text", label: "mood" })
        .adapt(peft(goldenPath(`peft/${name}`))).train({ epochs: 2, learningRate: 1e-2 })
        .deploy(adapter(join(out, "adapter")), merged(join(out, "merged"))).run({ quiet: true });
      const wanted = await result.predict(texts) as Answers;
      await result.dispose();
      for (const [kind, options] of [["adapter", { base: reference }], ["merged", {}]] as const) {
        const opened = await open(join(out, kind), options);
        assertSame(await opened.predict(texts), wanted);
        await opened.dispose();
      }
      // The weights beside the method have moved.
      const before = await open(goldenPath(`peft/${name}`), { base: reference });
      const first = await before.predict(texts) as Answers;
      await before.dispose();
      assert.notDeepEqual(first, wanted);
    }));
}
