import assert from "node:assert/strict";
import { Random } from "../../../../lib/core/random.ts";
import { estimateAccuracy } from "../../../../lib/serve/watch/accuracy/estimated_accuracy.ts";
import { wilsonInterval } from "../../../../lib/core/wilson_interval.ts";
import {
  logistic,
  logOddsOf,
  plattScaling,
} from "../../../../lib/serve/watch/accuracy/platt_scaling.ts";
import { golden } from "../drift/golden_drift.ts";

for (const { name, log_odds, right, slope, intercept } of golden.platt) {
  Deno.test(`plattScaling is scikit-learn's sigmoid calibration: ${name}`, () => {
    const found = plattScaling(log_odds, right);
    // scikit-learn stops at a gradient of 1e-6, ours at 1e-10.
    assert.ok(Math.abs(found.slope - slope) < 1e-5, `${found.slope}, ${slope}`);
    assert.ok(Math.abs(found.intercept - intercept) < 1e-5, `${found.intercept}, ${intercept}`);
  });
}

Deno.test("a calibration of rows that are all right, or all alike, is finite", () => {
  const sure = plattScaling(Array(20).fill(8), Array(20).fill(true));
  const said = logistic(sure.slope * 8 + sure.intercept);
  assert.ok(Math.abs(said - 21 / 22) < 1e-6, `${said}`);
  assert.ok(Number.isFinite(logOddsOf(1)) && Number.isFinite(logOddsOf(0)));
});

Deno.test("the interval of an estimated accuracy holds the true one as often as it says", () => {
  const random = Random.fromSeed(5);
  const draw = (rows: number) => {
    // The model is too sure: it says z where z / 2 + 0.2 is true.
    const logOdds = Float64Array.from({ length: rows }, () => Math.abs(random.normal() * 2));
    const isRight = Array.from(logOdds, (z) => random.uniform() < logistic(z / 2 + 0.2));
    return { logOdds, confidences: logOdds.map(logistic), isRight };
  };
  const runs = 400;
  let [held, off] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const reference = draw(200);
    const served = draw(200);
    const scaling = plattScaling(reference.logOdds, reference.isRight);
    const { mean, low, high } = estimateAccuracy(served.confidences, scaling);
    const truth = served.isRight.filter(Boolean).length / 200;
    if (low <= truth && truth <= high) held++;
    off += (mean - truth) / runs;
  }
  // 95 % of 400 runs are 380; a binomial number below 365 comes once in a thousand times.
  assert.ok(held >= 365, `${held} of ${runs}`);
  assert.ok(Math.abs(off) < 0.01, `off by ${off} on average`);
});

Deno.test("a measured accuracy has Wilson's interval", () => {
  const { mean, low, high } = wilsonInterval(9, 10);
  assert.equal(mean, 0.9);
  // statsmodels' proportion_confint(9, 10, method="wilson") to four digits.
  assert.deepEqual([low, high].map((each) => each.toFixed(4)), ["0.5958", "0.9821"]);
});
