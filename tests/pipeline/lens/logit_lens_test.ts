import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  full,
  type LogitLens,
  merged,
  model,
  open,
  tableFromColumns,
  textClassification,
  textGeneration,
  tokenClassification,
} from "../../../mod.ts";
import { jupyterDisplay, type MimeBundle } from "../../../lib/core/display.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { isMistake } from "../../is_mistake.ts";
import { tinyModel } from "../tiny.ts";

const moods = ["good", "bad"];
const text = Array.from({ length: 24 }, (_, at) => `the film was ${moods[at % 2]} again`);

async function shownBy(value: object): Promise<MimeBundle> {
  return await (value as { [jupyterDisplay](): Promise<MimeBundle> })[jupyterDisplay]();
}

/** Scores of each block fall, and the last block's answer is the model's. */
function isWhole({ places }: LogitLens, layers: number): void {
  for (const { answer, layers: all } of places) {
    assert.deepEqual(all.map(({ layer }) => layer), Array.from({ length: layers }, (_, at) => at));
    for (const { likeliest } of all) {
      assert.ok(likeliest.every(({ score }, at) => at === 0 || score <= likeliest[at - 1].score));
    }
    const last = all.at(-1)!;
    assert.deepEqual([last.likeliest[0].answer, last.rank], [answer, 0]);
    assert.equal(last.score, last.likeliest[0].score);
  }
}

Deno.test("labels after each block end with the model's own, and its folder's are alike", async () => {
  await inFolder(async (folder) => {
    const mood = text.map((_, at) => moods[at % 2]);
    const result = await model(await tinyModel(join(folder, "base")))
      .data(tableFromColumns({ text, mood }), textClassification({ text: "text", label: "mood" }))
      .adapt(full()).train({ epochs: 4, batchSize: 4, learningRate: 5e-3 })
      .evaluate({ accuracy }).deploy(merged(join(folder, "out"))).run({ quiet: true });
    const inputs = ["the film was good again", "a bad film"];
    const lenses = await result.logitLens(inputs);
    const answers = await result.predict(inputs);
    lenses.forEach((lens, at) => {
      isWhole(lens, 3);
      const [{ answer, layers, token }] = lens.places;
      const { label, probabilities } = answers[at];
      assert.deepEqual([lens.texts, answer, token], [[inputs[at]], label, undefined]);
      assert.ok(Math.abs(layers[2].score - probabilities[answer]) < 1e-5);
      assert.match(String(lens), /^logit lens: .*\nafter +likeliest +2 +\w+ +rank\n/);
      assert.match(String(lens), /\nembeddings .*\nblock 1 .*\nblock 2 .* 1$/);
    });
    const { "text/html": page } = await shownBy(lenses);
    assert.equal(page!.match(/<table/g)!.length, 2);
    const opened = await open(`file:${join(folder, "out")}`);
    const again = await opened.logitLens(inputs);
    assert.ok(
      Math.abs(again[0].places[0].layers[0].score - lenses[0].places[0].layers[0].score) < 1e-5,
    );
    await opened.dispose();
    assert.deepEqual(await result.logitLens([]), []);
    for (
      const [options, why] of [
        [{ word: "film" }, /word is for tasks that tag words/],
        [{ places: 2 }, /places is for tasks that write/],
        [{ top: 0 }, /top is 0, but must be a whole number above 0/],
      ] as const
    ) await assert.rejects(result.logitLens(inputs, options), isMistake("input", why));
    await result.dispose();
  });
});

Deno.test("a tag after each block is that of the word", async () => {
  await inFolder(async (folder) => {
    const rows = tableFromColumns({
      words: text.map((each) => each.split(" ")),
      tags: text.map((each) => each.split(" ").map((word) => moods.includes(word) ? "B-M" : "O")),
    });
    const result = await model(await tinyModel(join(folder, "base")))
      .data(rows, tokenClassification({ tokens: "words", tags: "tags" }))
      .adapt(full()).train({ epochs: 4, batchSize: 4, learningRate: 5e-3 }).run({ quiet: true });
    const input = [text[0].split(" ")];
    const [good] = await result.logitLens(input as never, { word: "good" });
    isWhole(good, 3);
    assert.deepEqual([good.places[0].token, good.places[0].answer], ["good", "B-M"]);
    const [film] = await result.logitLens(input as never, { word: "film" });
    assert.equal(film.places[0].answer, "O");
    await assert.rejects(
      result.logitLens(input as never),
      isMistake("input", /logitLens: name the word/),
    );
    await assert.rejects(
      result.logitLens(input as never, { word: "food" }),
      isMistake("input", /logitLens: the word "food" does not stand in/),
    );
    await result.dispose();
  });
});

Deno.test("what a decoder would write is shown behind each of the last tokens", async () => {
  const result = await model("tunebook:english").data(
    tableFromColumns({ text: ["The sea is wide.", "The hill is high."] }),
    textGeneration({ text: "text" }),
    { test: 0.5 },
  ).adapt(full()).train({ epochs: 1, batchSize: 1, learningRate: 1e-5, samples: 0 })
    .run({ quiet: true });
  const [lens] = await result.logitLens(["Once upon a time"] as never, { places: 3, top: 2 });
  assert.equal(lens.places.length, 3);
  isWhole(lens, lens.places[0].layers.length);
  assert.ok(lens.places[0].layers.length > 2);
  assert.match(String(lens), /^logit lens: .*Once upon a time\nafter +".*" → /);
  await result.dispose();
});
