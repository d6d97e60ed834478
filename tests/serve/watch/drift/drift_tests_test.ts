import assert from "node:assert/strict";
import { benjaminiHochberg, holm } from "../../../../lib/evaluate/adjust_p_values.ts";
import { chiSquareTest } from "../../../../lib/serve/watch/drift/chi_square.ts";
import { chiSquareTail, logGamma, normalTail } from "../../../../lib/core/gamma_tail.ts";
import { jensenShannonDistance } from "../../../../lib/serve/watch/drift/jensen_shannon.ts";
import { kolmogorovSmirnov } from "../../../../lib/serve/watch/drift/kolmogorov_smirnov.ts";
import { populationStabilityIndex } from "../../../../lib/serve/watch/drift/population_stability_index.ts";
import { twoSampleClassifier } from "../../../../lib/serve/watch/drift/two_sample_classifier.ts";
import { isMistake } from "../../../is_mistake.ts";
import { apart, golden } from "./golden_drift.ts";

/** Sums of doubles in another order; the numbers themselves are exact. */
const tolerance = 1e-9;

for (const { name, method, first, second, statistic, p } of golden.kolmogorov_smirnov) {
  Deno.test(`kolmogorovSmirnov gives SciPy's ${method} p-value: ${name}`, () => {
    const found = kolmogorovSmirnov(first, second, { method });
    assert.equal(found.method, method);
    assert.ok(apart(found.statistic, statistic) < tolerance);
    // One minus a sum: 16 digits after the point, of a p-value as small as it may be.
    assert.ok(Math.abs(found.pValue - p) < tolerance, `${found.pValue}, SciPy ${p}`);
    const other = kolmogorovSmirnov(second, first, { method });
    assert.ok(Math.abs(other.pValue - found.pValue) < tolerance);
  });
}

for (const each of golden.counts) {
  Deno.test(`counts are compared as by SciPy: ${each.name}`, () => {
    const { reference, served } = each;
    const { statistic, freedom, pValue } = chiSquareTest(reference, served);
    assert.ok(apart(statistic, each.chi_square) < tolerance);
    assert.equal(freedom, each.freedom);
    assert.ok(apart(pValue, each.p) < tolerance, `${pValue}, SciPy ${each.p}`);
    assert.ok(apart(jensenShannonDistance(reference, served), each.jensen_shannon) < tolerance);
    assert.ok(apart(populationStabilityIndex(reference, served), each.stability) < tolerance);
  });
}

for (const { name, reference, served, area, p } of golden.classifiers) {
  Deno.test(`twoSampleClassifier is scikit-learn's regression and SciPy's rank sum: ${name}`, () => {
    const bytes = (vectors: number[][]) => vectors.map((each) => each.map((byte) => byte / 127));
    const found = twoSampleClassifier(bytes(reference), bytes(served));
    // Both minimise to a gradient of 1e-8, so that ranks are the same.
    assert.ok(apart(found.statistic, area) < tolerance, `${found.statistic}, ${area}`);
    assert.ok(apart(found.pValue, p) < tolerance, `${found.pValue}, SciPy ${p}`);
  });
}

Deno.test("tails of the chi-square and the normal distribution are SciPy's", () => {
  const { statistics, freedoms, chi_square, z, normal } = golden.tails;
  freedoms.forEach((freedom, row) =>
    statistics.forEach((statistic, at) => {
      assert.ok(apart(chiSquareTail(statistic, freedom), chi_square[row][at]) < 1e-10);
    })
  );
  z.forEach((each, at) => assert.ok(apart(normalTail(each), normal[at]) < 1e-10));
  assert.ok(Math.abs(logGamma(171) - 706.5730622457874) < 1e-10); // ln(170!)
});

Deno.test("p-values of many tests are corrected", () => {
  const { p, benjamini_hochberg } = golden.adjusted;
  benjaminiHochberg(p).forEach((each, at) => {
    assert.ok(apart(each, benjamini_hochberg[at]) < tolerance);
  });
  // By hand: sorted, times 8, 7, 6 …, never smaller than the one before.
  const byHand = [0.06, 0.16, 0.15, 0.035, 1, 0.16, 1, 0.0016];
  holm(p).forEach((each, at) => assert.ok(apart(each, byHand[at]) < tolerance));
  assert.deepEqual(holm([]), []);
  assert.throws(() => holm([0.5, 2, NaN]), isMistake("input", "number 2 is 2", "number 3 is NaN"));
});

Deno.test("samples that cannot be compared are refused whole", () => {
  assert.throws(
    () => kolmogorovSmirnov([], [1, NaN]),
    isMistake("input", "reference has no numbers", "served: number 2 is NaN"),
  );
  assert.throws(
    () => kolmogorovSmirnov([1, 2], [1, 2], { method: "asymptotic" }),
    isMistake("input", "samples of 2 and 2 are too small"),
  );
  assert.throws(
    () => chiSquareTest([1, -1], [0, 0, 0]),
    isMistake(
      "input",
      "count 2 is -1",
      "served: all counts are 0",
      "reference has 2 counts, served has 3",
    ),
  );
  assert.throws(() => twoSampleClassifier([[1]], [[1]]), isMistake("input", "4 vectors of each"));
  const five = (size: number) => Array.from({ length: 5 }, () => new Float64Array(size));
  assert.throws(
    () => twoSampleClassifier(five(2), [...five(2), [1]]),
    isMistake("data", "vector 11"),
  );
});

Deno.test("the exact and the asymptotic p-value agree where both are known", () => {
  // 400 and 400 numbers: the approximation is of one sample of 200.
  const first = Array.from({ length: 400 }, (_, i) => i);
  const second = first.map((each) => each + 40.5);
  const [exact, asymptotic] = (["exact", "asymptotic"] as const)
    .map((method) => kolmogorovSmirnov(first, second, { method }).pValue);
  assert.ok(Math.abs(exact - asymptotic) < 0.01, `${exact} and ${asymptotic}`);
});
