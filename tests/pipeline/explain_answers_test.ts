import assert from "node:assert/strict";
import { join } from "node:path";
import {
  attentionRollout,
  full,
  integratedGradients,
  model,
  occlusion,
  open,
  questionAnswering,
  tableFromRows,
  type TextExplanation,
} from "../../mod.ts";
import { inFolder } from "../weights/in_folder.ts";
import { isMistake } from "../is_mistake.ts";
import { tinyModel } from "./tiny.ts";

const things = ["film", "food", "place", "service"];
const rows = Array.from({ length: 24 }, (_, at) => {
  const [one, other] = [things[at % 4], things[(at + 1 + at % 3) % 4]];
  const context = `the ${one} was good and the ${other} was bad`;
  return { question: "the good ?", context, answers: [{ text: one, start: 4 }] };
});

Deno.test("the start and the end of an answer are explained, and other texts beside it", async () => {
  await inFolder(async (folder) => {
    const result = await model(await tinyModel(join(folder, "base")))
      .data(tableFromRows(rows), questionAnswering(), { test: 0.25 })
      .adapt(full()).train({ epochs: 6, batchSize: 4, learningRate: 5e-3 }).run({ quiet: true });
    const input = [{ question: "the good ?", context: "the film was good and the food was bad" }];
    const [answer] = await result.predict(input);
    const [found] = await result.explain(input, { method: integratedGradients({ steps: 40 }) });
    assert.deepEqual([found.label, found.texts], [answer.text, [
      input[0].question,
      input[0].context,
    ]]);
    assert.ok(Math.abs(found.score - answer.score) < 1e-5, `${found.score} ${answer.score}`);
    assert.ok(Math.abs(found.completenessError!) < 0.1);
    assert.deepEqual(
      found.words.filter(({ of }) => of === 1).map(({ word }) => word),
      input[0].context.split(" "),
    );
    // What the answer's logits lose without a word, by the definition.
    const [left] = await result.explain(input, { method: occlusion() });
    assert.equal(left.words.length, found.words.length);
    const [other] = await result.explain(input, { method: occlusion(), label: "food" });
    assert.equal(other.label, "food");
    assert.ok(other.score < left.score);
    assert.ok(
      Math.abs(other.score - answer.nBest.find(({ text }) => text === "food")!.score) < 1e-5,
    );
    const [why] = await result.explain(input, { method: occlusion(), against: "food" });
    assert.match(String(why), /^occlusion: why "film" and not "food"/);
    why.words.forEach(({ value }, at) =>
      assert.ok(Math.abs(value - left.words[at].value + other.words[at].value) < 1e-4)
    );
    const [none] = await result.explain(input, { method: occlusion(), label: "no answer" });
    assert.ok(none.score < left.score);
    const refused = (options: object, pattern: RegExp, asked: readonly object[] = input) =>
      assert.rejects(result.explain(asked as never, options), isMistake("input", pattern));
    await refused({ label: "price" }, /input 1: "price" does not stand in its context/);
    await refused({ method: attentionRollout() }, /does not say why a question has its answer/);
    const long = [{ question: "the ?", context: "film ".repeat(200) }];
    await refused({}, /fit with their contexts into \d+ tokens[^]*input 1/, long);
    await refused({ word: "film" }, /word is for tasks that tag words/);
    await result.dispose();
  });
});

Deno.test("each token that an encoder-decoder writes is explained by the words of the source", async () => {
  const translation = await open("tunebook:translation");
  const source = ">>es<< The file is open.";
  const found: TextExplanation[] = await translation.explain([source], {
    method: integratedGradients({ steps: 30 }),
    tokens: 3,
  });
  const [{ text }] = await translation.generate([source], { maxNewTokens: 3, beams: 1 });
  const written = found.map(({ label }) => label).join("").replace(/\s/g, "");
  assert.ok(text !== "" && written.startsWith(text.replace(/\s/g, "")), `${written} ${text}`);
  for (const { texts, words, completenessError } of found) {
    assert.equal(texts[0], found[0].texts[0]);
    assert.ok(words.some(({ value }) => Math.abs(value) > 0.01));
    assert.ok(Math.abs(completenessError!) < 0.5);
  }
  // The second token is explained behind the first one, not like it.
  assert.notDeepEqual(
    found[0].words.map(({ value }) => value),
    found[1].words.map(({ value }) => value),
  );
  await assert.rejects(
    translation.explain([source], { method: integratedGradients({ layer: 0 }) }),
    isMistake("unsupported", /leave layer out/),
  );
  await translation.dispose();
});
