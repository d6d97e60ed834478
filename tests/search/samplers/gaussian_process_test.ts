import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import { minimizeBetween } from "../../../lib/search/samplers/gaussian_process/minimize_between.ts";
import { logExpectedImprovement } from "../../../lib/search/samplers/gaussian_process/log_expected_improvement.ts";
import {
  fitRegression,
  regressionOf,
} from "../../../lib/search/samplers/gaussian_process/regression.ts";
import { isNear } from "../golden_search.ts";

Deno.test("a minimum between bounds is found inside, and at a bound", () => {
  const rosenbrock = ([x, y]: Float64Array, gradient: Float64Array) => {
    gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x);
    gradient[1] = 200 * (y - x * x);
    return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
  };
  const from = Float64Array.of(-1.2, 1);
  const inside = minimizeBetween(rosenbrock, from, { low: -2, high: 2, steps: 200 });
  assert.ok(inside.value < 1e-8, `${inside.value}`);
  // With both at most 0.5 the least value is at x = 0.5, y = 0.25.
  const bound = minimizeBetween(rosenbrock, from, { low: -2, high: 0.5, steps: 200 });
  assert.equal(bound.point[0], 0.5);
  // It ends where a step gains less than a billionth; 100 Δy² is that at 3e-6.
  assert.ok(Math.abs(bound.point[1] - 0.25) < 1e-5, `${bound.point}`);
});

Deno.test("a fit tells the noise, and which dimension does nothing", () => {
  const random = Random.fromSeed(2);
  const [rows, deviation] = [60, 0.25];
  const points = Float64Array.from({ length: 2 * rows }, () => random.uniform());
  const values = Float64Array.from(
    { length: rows },
    (_, row) => Math.SQRT2 * Math.sin(6 * points[2 * row]) + deviation * random.normal(),
  );
  const { lengths, noise } = fitRegression({ points, values, isChoice: [false, false] });
  assert.ok(lengths[1] > 3 * lengths[0], `${lengths}`);
  assert.ok(noise > deviation ** 2 / 2 && noise < deviation ** 2 * 2, `${noise}`);
});

Deno.test("the slopes of the expected improvement are those of finite differences", () => {
  const random = Random.fromSeed(3);
  const isChoice = [false, true, false];
  const points = Float64Array.from(
    { length: 36 },
    (_, at) => at % 3 === 1 ? random.integer(3) : random.uniform(),
  );
  const values = Float64Array.from({ length: 12 }, () => random.normal());
  const regression = regressionOf(
    { points, values, isChoice },
    { lengths: Float64Array.of(0.4, 1.1, 0.7), signal: 1.2, noise: 0.05 },
  )!;
  const [at, slopes, away] = [Float64Array.of(0.3, 1, 0.6), new Float64Array(3), 1e-5];
  logExpectedImprovement(regression, -1, at, slopes);
  for (const place of [0, 2]) {
    const beside = [away, -away].map((move) =>
      logExpectedImprovement(regression, -1, at.with(place, at[place] + move))
    );
    assert.ok(isNear((beside[0] - beside[1]) / (2 * away), slopes[place], 1e-6), `${place}`);
  }
  assert.equal(slopes[1], 0);
});
