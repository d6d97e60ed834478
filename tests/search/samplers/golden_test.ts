import assert from "node:assert/strict";
import { firstCmaState, updatedCmaState } from "../../../lib/search/samplers/cma_es/cma_state.ts";
import {
  likelihoodGradient,
  predictAt,
  regressionOf,
} from "../../../lib/search/samplers/gaussian_process/regression.ts";
import {
  crowdingDistances,
  nonDominatedFronts,
} from "../../../lib/search/samplers/nsga2/non_dominated_fronts.ts";
import { sobolSequence } from "../../../lib/search/samplers/quasi_random/sobol.ts";
import { parzenEstimator } from "../../../lib/search/samplers/tpe/parzen_estimator.ts";
import type { Dimension } from "../../../lib/search/space/dimension.ts";
import { goldenSearch, isNear } from "../golden_search.ts";

/** Sums in another order, in double precision. */
const tolerance = 1e-10;

function assertNear(own: ArrayLike<number>, expected: readonly number[], what: string): void {
  assert.equal(own.length, expected.length, what);
  expected.forEach((value, at) =>
    assert.ok(isNear(own[at], value, tolerance), `${what}, ${at}: ${own[at]}, ${value}`)
  );
}

Deno.test("the Sobol' sequence is SciPy's, to the last digit", () => {
  for (const { dimensions, points } of goldenSearch.sobol) {
    const sequence = sobolSequence(dimensions);
    const own = points.map((_, at) => Array.from(sequence(at)));
    assert.deepEqual(own, points);
  }
});

Deno.test("a scrambled Sobol' sequence still fills every interval once", () => {
  const sequence = sobolSequence(20, 5);
  const points = Array.from({ length: 64 }, (_, at) => sequence(at));
  for (let place = 0; place < 20; place++) {
    const cells = points.map((point) => Math.floor(point[place] * 64)).sort((a, b) => a - b);
    assert.deepEqual(cells, Array.from({ length: 64 }, (_, at) => at));
  }
  assert.notDeepEqual(points[0], sobolSequence(20, 6)(0));
});

Deno.test("CMA-ES updates as the package cmaes does, on stored draws", () => {
  for (const { size, sigma, generations } of goldenSearch.cma) {
    let state = firstCmaState(Array<number>(size).fill(0.5), sigma);
    generations.forEach((expected, generation) => {
      state = updatedCmaState(state, expected.solutions);
      const what = `${size} dimensions, generation ${generation}`;
      assertNear(state.mean, expected.mean, what);
      assertNear([state.sigma], [expected.sigma], what);
      assertNear(state.covariance.flat(), expected.covariance.flat(), what);
    });
  }
});

Deno.test("non-dominated fronts and crowding distances are pymoo's", () => {
  for (const { name, losses, fronts, crowding } of goldenSearch.fronts) {
    assert.deepEqual(nonDominatedFronts(losses), fronts, name);
    fronts.forEach((front, at) => {
      const own = Array.from(crowdingDistances(front.map((each) => losses[each])));
      const expected = crowding[at].map((each) => each ?? Infinity);
      own.forEach((distance, place) =>
        assert.ok(
          distance === expected[place] || isNear(distance, expected[place], tolerance),
          `${name}, front ${at}: ${own}, ${expected}`,
        )
      );
    });
  }
});

Deno.test("the Gaussian process is scikit-learn's, with the gradient of its likelihood", () => {
  const { points, values, asked, lengths, signal, noise, ...expected } = goldenSearch.process;
  const regression = regressionOf(
    {
      points: Float64Array.from(points.flat()),
      values: Float64Array.from(values),
      isChoice: lengths.map(() => false),
    },
    { lengths: Float64Array.from(lengths), signal, noise },
  )!;
  assertNear([regression.logLikelihood], [expected.logLikelihood], "likelihood");
  // The gradient by the noise is that of the noise above the least, a billionth.
  const own = likelihoodGradient(regression);
  expected.gradient.forEach((slope, at) => assert.ok(isNear(own[at], slope, 1e-7), `${at}`));
  const predicted = asked.map((at) => predictAt(regression, Float64Array.from(at)));
  assertNear(predicted.map(({ mean }) => mean), expected.mean, "mean");
  assertNear(predicted.map(({ variance }) => variance), expected.variance, "variance");
});

Deno.test("a Parzen estimator is a mixture of SciPy's truncated normal densities", () => {
  const { observed, weights, asked, logDensity } = goldenSearch.parzen;
  const dimensions: Dimension[] = ["x", "y"].map((name) => ({
    name,
    kind: "float",
    low: 0,
    high: 1,
    step: 0,
    log: false,
  }));
  const { logDensity: own } = parzenEstimator(dimensions, observed, weights);
  assertNear(asked.map((values) => own(values)), logDensity, "log density");
});
