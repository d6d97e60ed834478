import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import { type FeatureRow, trainedAnswers } from "../../bench/trials/small_network.ts";
import {
  recordedTasks,
  settingsOf,
  tableFile,
  tableFunction,
  trialLevels,
  type TrialTable,
} from "../../bench/trials/trial_tables.ts";

Deno.test("a recorded table gives the error of the setting that is asked for", async () => {
  for (const task of recordedTasks) {
    const table: TrialTable = JSON.parse(await Deno.readTextFile(tableFile(task)));
    const settings = settingsOf(table.levels);
    assert.deepEqual(table.levels, trialLevels);
    assert.equal(table.scores.length, settings.length);
    const { at, least, space } = await tableFunction(task);
    for (const [place, setting] of settings.entries()) {
      const values = Object.fromEntries(
        Object.entries(setting).map(([name, value]) => [
          name,
          table.levels[name as keyof typeof setting].indexOf(value),
        ]),
      );
      assert.equal(at(values), 1 - table.scores[place]);
      assert.ok(at(values) >= least);
      for (const [name, { low, high }] of Object.entries(space)) {
        assert.ok(values[name] >= low && values[name] <= high);
      }
    }
    assert.ok(new Set(table.scores).size > 20, "the settings differ");
  }
});

Deno.test("the small network learns, and the same seed gives the same answers", () => {
  const random = Random.fromSeed(1, "rows");
  // Class 1 has a feature from 10 to 19, class 0 none; the others say nothing.
  const rows = Array.from({ length: 200 }, (_, row): FeatureRow => {
    const noise = Array.from({ length: 3 }, () => Math.floor(random.uniform() * 10));
    const label = row % 2;
    return { features: label ? [...noise, 10 + row % 10] : noise, label };
  });
  const settings = { learningRate: 0.3, width: 2, dropout: 0, weightDecay: 0, batchSize: 8 };
  const answers = () =>
    trainedAnswers(rows.slice(0, 150), rows.slice(150), settings, {
      ...{ features: 20, classes: 2, epochs: 5, seed: 3 },
    });
  const right = answers().filter((answer, at) => answer === rows[150 + at].label).length;
  assert.ok(right >= 48, `${right} of 50`);
  assert.deepEqual(answers(), answers());
});
