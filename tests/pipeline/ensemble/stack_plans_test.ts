import assert from "node:assert/strict";
import { join } from "node:path";
import { accuracy, head, lora, model, stackPlans, stackPredictions, tableFromRows } from "tunebook";
import { kFoldRows } from "../../../lib/data/k_fold.ts";
import { pickRows } from "../../../lib/table/source_rows.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, reviews, tinyModel } from "../tiny.ts";

const train = moods(30);
const options = { folds: 3, seed: 4, metrics: { accuracy } } as const;
const quiet = { quiet: true } as const;

Deno.test("each row is said by trainings without it, and no test row is seen", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "base"));
    const plansFor = (test: ReturnType<typeof moods>) => {
      const stage = model(base).data(train, { text: "text", label: "mood", test });
      const settings = { epochs: 2, batchSize: 8, learningRate: 5e-3 };
      return {
        simple: stage.adapt(head()).train(settings),
        more: stage.adapt(lora({ rank: 2 })).train(settings),
      };
    };
    const test = tableFromRows(
      reviews(18).filter(({ mood }) => mood !== "neutral").map(({ text, mood }) => ({
        text,
        mood,
      })),
    );
    const stacked = await stackPlans(plansFor(test), options, quiet);
    assert.deepEqual(stacked.names, ["simple", "more"]);

    // The same as runs on the other rows, one after the other.
    const logits = new Float32Array(stacked.outOfFold.more.logits.length);
    for (const rows of kFoldRows(train, { folds: 3, seed: 4, stratify: "mood" })) {
      const held = new Set(rows);
      const others = [...Array(train.numRows()).keys()].filter((row) => !held.has(row));
      const alone = await model(base)
        .data(pickRows(train, others), { text: "text", label: "mood", test: pickRows(train, rows) })
        .adapt(lora({ rank: 2 })).train({ epochs: 2, batchSize: 8, learningRate: 5e-3 }).run(quiet);
      rows.forEach((row, at) =>
        logits.set(alone.predictions.logits.subarray(2 * at, 2 * at + 2), 2 * row)
      );
      await alone.dispose();
    }
    stacked.outOfFold.more.logits.forEach((each, at) =>
      assert.ok(Math.abs(each - logits[at]) < 1e-4, `${each} and ${logits[at]}`)
    );

    // What the stack says of the test rows follows from the members' own runs.
    const { simple, more } = stacked.results;
    const known = [stacked.outOfFold.simple, stacked.outOfFold.more];
    const tested = [simple.predictions, more.predictions] as typeof known;
    const wanted = stackPredictions(known).apply(tested);
    assert.deepEqual(stacked.report.predictions.probabilities, wanted.probabilities);
    assert.equal(stacked.report.ensemble.scores.accuracy, accuracy.compute(wanted));
    assert.equal(stacked.report.uncertainty.length, test.numRows());
    assert.match(String(stacked), /simple.*more.*ensemble/s);
    const said = await stacked.predict(Array.from(test.array("text"), String));
    said.forEach(({ probabilities, members, uncertainty }, row) => {
      const own = wanted.probabilities[2 * row + 1];
      assert.ok(Math.abs(probabilities.positive - own) < 1e-4);
      assert.deepEqual(Object.keys(members), ["simple", "more"]);
      assert.ok(uncertainty.entropy >= uncertainty.mutualInformation - 1e-9);
    });
    await stacked.dispose();

    const few = await stackPlans(plansFor(pickRows(test, [0, 1, 2])), options, quiet);
    assert.deepEqual(few.fitted, stacked.fitted);
    await few.dispose();
  }));

Deno.test("mistakes are told before anything is trained", async () => {
  const data = { text: "text", label: "mood", test: 0.25 };
  const plan = model("file:nowhere").data(train, data).adapt(head()).train({ epochs: 1 });
  await assert.rejects(
    stackPlans({ plan }),
    isMistake("input", "stackPlans takes two plans or more"),
  );
  await assert.rejects(
    stackPlans({ a: plan, b: plan }, { folds: 1, c: 0 }),
    isMistake("input", "folds is 1", "c is 0"),
  );
  const other = model("file:nowhere").data(moods(20), data).adapt(head()).train({ epochs: 1 });
  await assert.rejects(
    stackPlans({ a: plan, b: other }),
    isMistake("input", "b has other data than a"),
  );
});
