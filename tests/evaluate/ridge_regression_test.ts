import assert from "node:assert/strict";
import { ridgeRegression } from "../../lib/evaluate/ridge_regression.ts";
import { rocArea } from "../../lib/pipeline/advise/order_drift.ts";
import { isMistake } from "../is_mistake.ts";
import { goldenPath } from "../models/golden.ts";

interface Golden {
  readonly ridge: readonly {
    readonly alpha: number;
    readonly vectors: number[][];
    readonly values: number[];
    readonly asked: number[][];
    readonly coefficients: number[];
    readonly intercept: number;
    readonly predicted: number[];
  }[];
  readonly areas: readonly {
    readonly above: number[];
    readonly below: number[];
    readonly area: number;
    readonly variance: number;
  }[];
}

const golden = JSON.parse(await Deno.readTextFile(goldenPath("probes.json"))) as Golden;
/** The minimum is sought until the gradient is below 1e-8. */
const tolerance = 1e-7;

Deno.test("weights and answers are those of scikit-learn", () => {
  for (const { alpha, vectors, values, asked, ...wanted } of golden.ridge) {
    const fitted = ridgeRegression(vectors, values, { alpha });
    const found = [...fitted.coefficients, fitted.intercept, ...fitted.predict(asked)];
    [...wanted.coefficients, wanted.intercept, ...wanted.predicted].forEach((each, at) =>
      assert.ok(Math.abs(found[at] - each) < tolerance, `${at}: ${found[at]}, not ${each}`)
    );
  }
});

Deno.test("the area under the curve is scikit-learn's, its interval that of DeLong's variance", () => {
  for (const { above, below, area, variance } of golden.areas) {
    const found = rocArea(above, below);
    assert.ok(Math.abs(found.mean - area) < 1e-12);
    assert.ok(Math.abs(found.high - Math.min(1, area + 1.96 * Math.sqrt(variance))) < 1e-12);
  }
});

Deno.test("nothing to learn from, and values that do not fit, are refused", () => {
  assert.throws(() => ridgeRegression([], []), isMistake("data", "no rows"));
  assert.throws(() => ridgeRegression([[1]], [1, 2]), isMistake("input", "1 vectors for 2 values"));
  assert.throws(() => ridgeRegression([[1]], [1], { alpha: 0 }), isMistake("input", "alpha"));
});
