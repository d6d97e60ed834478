/** Tests of candidates, by the numbers of SciPy and statsmodels. */
import assert from "node:assert/strict";
import {
  betaShare,
  binomialShare,
  studentQuantile,
  studentTails,
} from "../../lib/core/beta_tail.ts";
import { correctedResampledTTest } from "../../lib/evaluate/corrected_resampled_t_test.ts";
import { holm } from "../../lib/evaluate/adjust_p_values.ts";
import { mcNemar } from "../../lib/evaluate/mc_nemar.ts";
import { isMistake } from "../is_mistake.ts";
import { goldenSelection } from "./golden_selection.ts";

/** Both compute in double precision; the logarithm of the gamma function has 15 digits. */
const tolerance = 1e-9;

/** Whether two numbers are the same but for a share of the second. */
function assertNear(own: number, expected: number, what: string): void {
  const apart = Math.abs(own - expected);
  assert.ok(apart <= tolerance * Math.abs(expected), `${what}: ${own}, ${expected}`);
}

Deno.test("the corrected resampled t-test is scikit-learn's", () => {
  assert.ok(goldenSelection.resampled.length > 0);
  for (const { a, b, trainRows, testRows, ...expected } of goldenSelection.resampled) {
    const { interval, freedom, ...own } = correctedResampledTTest(a, b, { trainRows, testRows });
    const what = `${a.length} folds`;
    assert.equal(freedom, a.length - 1);
    assertNear(own.difference, expected.difference, what);
    assertNear(own.statistic, expected.statistic, what);
    assertNear(own.pValue, expected.pValue, what);
    assertNear(interval.low, expected.low, what);
    assertNear(interval.high, expected.high, what);
  }
});

Deno.test("folds that say the same, or nothing, are told", () => {
  const sizes = { trainRows: 8, testRows: 2 };
  assert.equal(correctedResampledTTest([0.3, 0.7], [0.3, 0.7], sizes).pValue, 1);
  const always = correctedResampledTTest([0.25, 0.5], [0.5, 0.75], sizes);
  assert.deepEqual([always.statistic, always.pValue], [Infinity, 0]);
  assert.throws(
    () => correctedResampledTTest([1], [1], sizes),
    isMistake("data", /two folds or more/),
  );
  assert.throws(
    () => correctedResampledTTest([1, 2], [1, NaN], sizes),
    isMistake("data", /fold 2 is NaN/),
  );
  assert.throws(
    () => correctedResampledTTest([1, 2], [1], sizes),
    isMistake("input", /2 and 1/),
  );
});

Deno.test("Student's quantiles are SciPy's, and give their tails back", () => {
  assert.ok(goldenSelection.student.length > 0);
  for (const { within, freedom, t } of goldenSelection.student) {
    assertNear(studentQuantile(within, freedom), t, `${within} of ${freedom}`);
    assertNear(studentTails(t, freedom), 1 - within, `${t} of ${freedom}`);
  }
});

Deno.test("shares of the beta and the binomial distribution add up", () => {
  for (const [a, b, x] of [[2, 3, 0.4], [0.5, 40, 0.01], [300, 200, 0.61]]) {
    assertNear(betaShare(a, b, x) + betaShare(b, a, 1 - x), 1, `${a} ${b} ${x}`);
  }
  assert.deepEqual([betaShare(2, 3, 0), betaShare(2, 3, 1)], [0, 1]);
  // 1 + 4 + 6 of 16 ways.
  assertNear(binomialShare(2, 4, 0.5), 11 / 16, "2 of 4");
  assert.deepEqual([binomialShare(-1, 4, 0.5), binomialShare(4, 4, 0.5)], [0, 1]);
});

Deno.test("McNemar's test is statsmodels'", () => {
  assert.ok(goldenSelection.mcNemar.length > 0);
  for (const { onlyA, onlyB, tests } of goldenSelection.mcNemar) {
    const rows = onlyA + onlyB + 5;
    const a = Array.from({ length: rows }, (_, row) => row < onlyA || row >= onlyA + onlyB);
    const b = Array.from({ length: rows }, (_, row) => row >= onlyA);
    for (const { exact, corrected, statistic, pValue } of tests) {
      const own = mcNemar(a, b, { exact, corrected });
      const what = `${onlyA} and ${onlyB}, ${exact ? "exact" : `corrected ${corrected}`}`;
      assert.deepEqual([own.onlyA, own.onlyB], [onlyA, onlyB]);
      assertNear(own.statistic, statistic, what);
      assertNear(own.pValue, pValue, what);
    }
  }
  assert.equal(mcNemar([1, 0], [1, 0]).pValue, 1);
  assert.throws(() => mcNemar([1], [1, 0]), isMistake("input", /1 and 2 rows/));
});

Deno.test("Holm's correction is statsmodels'", () => {
  assert.ok(goldenSelection.holm.length > 0);
  for (const { pValues, adjusted } of goldenSelection.holm) {
    holm(pValues).forEach((own, at) => assertNear(own, adjusted[at], `${pValues}`));
  }
  assert.deepEqual(holm([]), []);
  assert.throws(() => holm([0.1, 1.2]), isMistake("input", /1\.2/));
});
