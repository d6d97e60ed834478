import assert from "node:assert/strict";
import { wilcoxonSignedRank } from "../../lib/evaluate/wilcoxon_signed_rank.ts";
import { isMistake } from "../is_mistake.ts";
import { goldenSearch, isNear } from "../search/golden_search.ts";

/** Both add up in double precision. */
const tolerance = 1e-12;

Deno.test("p-values are SciPy's: exact, with ties and zeros, and by the normal approximation", () => {
  assert.ok(goldenSearch.wilcoxon.length > 0);
  for (const { name, differences, tests } of goldenSearch.wilcoxon) {
    for (const { pValue, ...options } of tests) {
      const own = wilcoxonSignedRank(differences, options).pValue;
      const what = `${name}, ${JSON.stringify(options)}: ${own}, ${pValue}`;
      assert.ok(isNear(own, pValue, tolerance), what);
    }
  }
});

Deno.test("differences that say nothing are refused", () => {
  assert.throws(() => wilcoxonSignedRank([0, 0]), isMistake("data", /not 0/));
  assert.throws(() => wilcoxonSignedRank([]), isMistake("data", /not 0/));
  assert.throws(() => wilcoxonSignedRank([1, NaN]), isMistake("data", /difference 2 is NaN/));
  assert.equal(wilcoxonSignedRank([0, 0], { zeros: "split" }).pValue, 1);
});
