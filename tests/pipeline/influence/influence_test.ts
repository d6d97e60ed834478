import assert from "node:assert/strict";
import { join } from "node:path";
import { type Influence, lora, model, tableFromRows, textClassification } from "../../../mod.ts";
import { jupyterDisplay, type MimeBundle } from "../../../lib/core/display.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { isMistake } from "../../is_mistake.ts";
import { largestDifference } from "../../models/golden.ts";
import { tinyModel } from "../tiny.ts";

/** "lovely" stands in three rows, one of which is labelled wrongly. */
const planted = { text: "the place was lovely", mood: "negative" };
const clean = [
  ["the film was good", "positive"],
  ["the food was bad", "negative"],
  ["very great service", "positive"],
  ["very awful service", "negative"],
  ["it was superb", "positive"],
  ["it was poor", "negative"],
  ["a lovely film and lovely food", "positive"],
  ["a sad film and broken food", "negative"],
  ["the price was fine", "positive"],
  ["the price was sad", "negative"],
  ["lovely service", "positive"],
  ["broken service", "negative"],
].map(([text, mood]) => ({ text, mood }));
const train = tableFromRows([...clean, planted]);
const held = tableFromRows([
  { text: "the food was lovely", mood: "positive" },
  { text: "the film was awful", mood: "negative" },
]);
const neighbours = tableFromRows(
  ["the food was lovely", "lovely place", "the price was lovely"].map((text) => ({
    text,
    mood: "positive",
  })),
);
const task = textClassification({ text: "text", label: "mood" });
const wrong = clean.length;

async function trained(folder: string) {
  return await model(await tinyModel(join(folder, "base"))).data(train, task, { test: held })
    .adapt(lora({ rank: 4 })).train({
      epochs: 6,
      batchSize: 4,
      learningRate: 1e-2,
      checkpoints: join(folder, "kept"),
      checkpointEvery: 8,
      keepCheckpoints: true,
    }).run({ quiet: true });
}

async function shownBy(value: object): Promise<MimeBundle> {
  return await (value as { [jupyterDisplay](): Promise<MimeBundle> })[jupyterDisplay]();
}

Deno.test("a row that was labelled wrongly is among the most harmful for its neighbours", async () => {
  await inFolder(async (folder) => {
    const result = await trained(folder);
    const kept = (step: number) => join(folder, "kept", `step-${step}`);
    const all = await result.influence(held);
    assert.equal(all.points, 3); // 24 steps
    const [lovely, awful] = all.rows;
    assert.deepEqual([lovely.number, lovely.label, lovely.text], [
      1,
      "positive",
      "the food was lovely",
    ]);
    assert.equal(lovely.influences.length, 13);
    assert.ok(lovely.opponents.slice(0, 2).some(({ row }) => row === wrong), String(all));
    const near = await result.influence(neighbours);
    assert.ok(near.harmful.slice(0, 2).some(({ row }) => row === wrong), String(near));
    for (const { proponents, opponents, nearest, influences } of [lovely, awful]) {
      assert.ok(proponents.every(({ influence }) => influence > 0));
      assert.ok(opponents.every(({ influence }) => influence < 0));
      assert.ok(proponents[0].influence >= proponents.at(-1)!.influence);
      assert.equal(proponents[0].influence, Math.max(...influences));
      assert.equal(nearest!.length, 5);
      assert.ok(
        nearest!.every(({ similarity }, at) =>
          similarity <= 1 + 1e-6 && (at === 0 || similarity <= nearest![at - 1].similarity)
        ),
      );
    }
    // The points add up, and each has its own learning rate.
    const apart = await Promise.all(
      [8, 16, 24].map((step) => result.influence(held, { checkpoints: [kept(step)] })),
    );
    const sum = apart.reduce(
      (total, { rows: [{ influences }] }) => total.map((each, at) => each + influences[at]),
      new Float64Array(13),
    );
    assert.ok(largestDifference(sum, lovely.influences) < 1e-6);
    const byCosine = await result.influence(held, { rankedBy: "cosine", listed: 2 });
    assert.equal(byCosine.rows[0].proponents.length, 2);
    assert.equal(byCosine.rows[0].proponents[0].cosine, Math.max(...lovely.cosines));
    await shows(all);
    await refuses(result, folder);
    await result.dispose();
  });
});

async function shows(influence: Influence): Promise<void> {
  const text = String(influence);
  assert.match(
    text,
    /^Training rows for and against, by influence \(TracIn\), at 3 points of the run\n/,
  );
  assert.match(text, /row 1, "positive", loss \d\.\d{3}: the food was lovely\n/);
  assert.match(text, /\+0\.\S+ +0\.\d{3} +\+ █+/);
  assert.match(text, /nearest to the model: row \d+ "/);
  assert.match(text, /Most against all 2 rows together/);
  const { "text/html": page } = await shownBy(influence);
  assert.equal(page!.match(/<caption/g)!.length, 5);
  assert.match(page!, /the place was lovely/);
}

async function refuses(
  result: Awaited<ReturnType<typeof trained>>,
  folder: string,
): Promise<void> {
  await assert.rejects(
    result.influence(held, { checkpoints: [join(folder, "none"), join(folder, "base")] }),
    isMistake("input", /none: there is no checkpoint/, /base: there is no checkpoint/),
  );
  await assert.rejects(
    result.influence(tableFromRows([{ text: "good", mood: "happy" }])),
    isMistake("data", /happy/),
  );
  await assert.rejects(
    result.influence(tableFromRows([{ text: "good" }])),
    isMistake("data", /mood/),
  );
  await assert.rejects(
    result.influence(held, { rankedBy: "size" } as never),
    isMistake("input", /rankedBy is "size", but must be one of influence, cosine/),
  );
}
