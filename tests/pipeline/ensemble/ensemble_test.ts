import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  averagePredictions,
  ensemble,
  f1,
  lora,
  model,
  open,
  openEnsemble,
  predictionsOf,
  saveEnsemble,
  serve,
  tableFromRows,
  votePredictions,
} from "tunebook";
import { type Displayed, jupyterDisplay } from "../../../lib/core/display.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const data = { text: "text", label: "mood", test: 0.25 } as const;
const rows = moods(48);
const texts = ["good great film", "bad awful place", "the food was sad", "it was very very fine"];

Deno.test("results, folders and adapters on one base answer together alike", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "base"));
    const places = { a: join(folder, "a"), b: join(folder, "b"), c: join(folder, "c") };
    const results = [];
    for (const [seed, place] of Object.values(places).entries()) {
      results.push(
        await model(base).data(rows, data).adapt(lora({ rank: 2 }))
          .train({ epochs: 2, batchSize: 8, learningRate: 5e-3, seed: seed + 1 })
          .evaluate({ accuracy }).deploy(adapter(place)).run({ quiet: true }),
      );
    }
    const [a, b, c] = results;
    const weights = { a: 0.5, b: 0.3, c: 0.2 };
    const ofResults = ensemble({ a, b, c }, { weights });
    const said = await ofResults.predict(texts);
    // The mean of what each says by itself.
    const alone = await Promise.all(results.map((result) => result.predict(texts)));
    said.forEach(({ probabilities, members, label }, row) => {
      const mean = Object.values(weights).reduce(
        (sum, weight, at) => sum + weight * alone[at][row].probabilities.positive,
        0,
      );
      assert.ok(Math.abs(probabilities.positive - mean) < 1e-6);
      assert.equal(label, mean > 0.5 ? "positive" : "negative");
      assert.deepEqual(Object.values(members), alone.map((each) => each[row].label));
    });

    const opened = await open(base);
    const set = await opened.attach(places);
    const shared = await ensemble(set, { weights }).predict(texts);
    shared.forEach(({ probabilities }, row) =>
      assert.ok(Math.abs(probabilities.positive - said[row].probabilities.positive) < 1e-5)
    );

    await checkSaved(folder, places, weights, said);

    const report = await ofResults.evaluate({ accuracy, f1: f1.macro });
    const together = averagePredictions(results.map(({ predictions }) => predictions), {
      weights: [0.5, 0.3, 0.2],
    });
    assert.equal(report.ensemble.scores.accuracy, accuracy.compute(together));
    assert.equal(report.members.b.scores.accuracy, b.scores.accuracy);
    // Adapters know no test rows; the rows of the first run are given to them.
    const test = tableFromRows([
      { text: "good good film", mood: "positive" },
      { text: "bad food", mood: "negative" },
      { text: "sad sad place", mood: "negative" },
      { text: "lovely", mood: "positive" },
    ]);
    await assert.rejects(ensemble(set).evaluate({ accuracy }), /know no test rows/);
    const asked = { rows: test, input: "text", label: "mood" };
    const [own, other] = [
      await ensemble(set).evaluate({ accuracy }, asked),
      await ensemble({ a, b, c }).evaluate({ accuracy }, asked),
    ];
    assert.deepEqual(own.ensemble.scores, other.ensemble.scores);
    assert.deepEqual([...own.predictions.truth], [...other.predictions.truth]);
    await assert.rejects(
      ensemble(set).evaluate({ accuracy }, {
        ...asked,
        rows: tableFromRows([{ text: "x", mood: "furious" }]),
      }),
      /"furious"/,
    );
    const html = String((await (report as unknown as Displayed)[jupyterDisplay]())["text/html"]);
    assert.match(html, /calibration error[\s\S]*before[\s\S]*after/);
    assert.match(String(report), /disagreement/);
    await opened.dispose();
    for (const result of results) await result.dispose();
  }));

const sayingOf = (logits: readonly number[], truth: readonly number[]) =>
  predictionsOf({
    kind: "single",
    labels: ["bad", "good"],
    logits: Float32Array.from(logits),
    truth,
  });
const member = (predictions: ReturnType<typeof sayingOf>) => ({
  predict: () => Promise.resolve([{ label: "bad", probabilities: { bad: 1, good: 0 } }]),
  predictions,
});

/** What is written answers as the runs do, opened and served, also where all is moved. */
async function checkSaved(
  folder: string,
  places: Readonly<Record<"a" | "b" | "c", string>>,
  weights: Readonly<Record<string, number>>,
  said: readonly { readonly probabilities: Readonly<Record<string, number>> }[],
): Promise<void> {
  const place = join(folder, "together");
  const receipt = await saveEnsemble(place, places, { weights, inputs: texts });
  assert.ok(receipt.largestDifference <= receipt.tolerance && receipt.rows === texts.length);
  assert.deepEqual(receipt.weights, weights);
  const same = (found: typeof said) =>
    found.forEach(({ probabilities }, row) =>
      assert.ok(Math.abs(probabilities.positive - said[row].probabilities.positive) < 1e-5)
    );
  {
    await using asked = await openEnsemble(place);
    same(await asked.predict(texts));
  }
  const server = await serve({ together: place }, { port: 0 });
  try {
    const answered = await fetch(`${server.url}/classify`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "together", input: texts }),
    });
    same((await answered.json()).data);
  } finally {
    await server.stop();
  }
  const { members } = JSON.parse(await Deno.readTextFile(join(place, "ensemble.json")));
  assert.deepEqual(members.a, { folder: join("..", "a") });
  const refused = saveEnsemble(join(folder, "none"), { a: places.a, other: join(folder, "base") }, {
    inputs: texts,
  });
  await assert.rejects(refused);
  await assert.rejects(Deno.stat(join(folder, "none")));
  await saveEnsemble(place, places, { weights, inputs: texts }); // over the one before
  // It would take the place of a model that it is made of, or of anything else.
  const own = join(folder, "own");
  await Deno.mkdir(own);
  await Deno.writeTextFile(join(own, "notes.txt"), "mine");
  for (const taken of [places.a, join(places.a, "inside"), folder, own]) {
    await assert.rejects(
      saveEnsemble(taken, places, { inputs: texts }),
      isMistake("output", taken === own ? "notes.txt" : "would replace or change a"),
    );
  }
  assert.equal(await Deno.readTextFile(join(own, "notes.txt")), "mine");
  await Deno.writeTextFile(join(place, "ensemble.json"), "{}");
  await assert.rejects(openEnsemble(place), isMistake("weights", "no file of an ensemble"));
  await assert.rejects(openEnsemble(places.a), isMistake("input", "holds no ensemble"));
  await assert.rejects(
    saveEnsemble(place, places, { weights: { d: 1 }, inputs: texts }),
    isMistake("input", "is of no member"),
  );
}

Deno.test("doubt, votes and calibration are those of the rows", async () => {
  const truth = [0, 0, 1, 1, 0, 1, 1, 0];
  // Both are sure and right but for the last two rows, where they disagree, sure and wrong together.
  const sure = truth.flatMap((id, row) => row < 6 ? [id === 0 ? 9 : 0, id === 1 ? 9 : 0] : [9, 0]);
  const other = truth.flatMap((id, row) => row < 6 ? [id === 0 ? 9 : 0, id === 1 ? 9 : 0] : [0, 9]);
  const [a, b] = [sayingOf(sure, truth), sayingOf(other, truth)];
  const both = ensemble({ a: member(a), b: member(b) });
  const { mutualInformation, uncertainty, calibration, predictions } = await both.evaluate({
    accuracy,
  });
  assert.ok(uncertainty.slice(0, 6).every((row) => row.mutualInformation < 1e-3));
  assert.ok(uncertainty.slice(6).every((row) => row.mutualInformation > 0.6));
  // A tie goes to the first label: one of the two rows is wrong, and doubted most, the other right.
  assert.ok(mutualInformation.wrong > mutualInformation.right);
  assert.ok(mutualInformation.auc > 0.9, String(mutualInformation.auc));
  assert.deepEqual(calibration.scaled.predicted, predictions.predicted);
  const votes = await ensemble({ a: member(a), b: member(b) }, { by: "votes" }).evaluate({
    accuracy,
  });
  assert.deepEqual(votes.predictions.probabilities, votePredictions([a, b]).probabilities);
});

Deno.test("calibration after scaling is measured on rows that did not choose the temperature", async () => {
  // Says .9997 of everything and is right three times of four: the temperature makes that .75.
  const truth = Array.from({ length: 400 }, (_, row) => row % 4 === 0 ? 1 : 0);
  const logits = truth.flatMap(() => [8, 0]);
  const one = member(sayingOf(logits, truth));
  const { calibration: { before, after, afterIsotonic, temperatures } } = await ensemble({
    a: one,
    b: one,
  }).evaluate({ accuracy });
  assert.ok(Math.abs(before - 0.25) < 0.01, String(before));
  // The halves have other shares of right rows, which the error after it shows.
  assert.ok(after < 0.1 && after >= 0);
  assert.ok(Math.abs(afterIsotonic - after) < 1e-3, "one probability alone is corrected alike");
  assert.ok(temperatures.every((each) => each > 5));
});

Deno.test("members and weights that make no sense are one error", () => {
  const one = member(sayingOf([0, 1], [1]));
  assert.throws(() => ensemble({ a: one }), /two models or more/);
  assert.throws(
    () =>
      ensemble({ a: one, b: {} as never }, {
        by: "luck" as never,
        weights: { c: 1, a: -1 } as never,
      }),
    (error: Error) =>
      /members\.b answers nothing/.test(error.message) &&
      /weights\.c is of no member/.test(error.message) &&
      /weights\.a must be a number/.test(error.message) && /by is "luck"/.test(error.message),
  );
});
