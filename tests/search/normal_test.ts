import assert from "node:assert/strict";
import { logImprovement, logImprovementSlope, normalMass } from "../../lib/search/normal.ts";
import { goldenSearch, isNear } from "./golden_search.ts";

/** What is left of 1 − 1 + 1/z² where z is near −1,000, in doubles. */
const tolerance = 1e-8;

Deno.test("the logarithm of the expected improvement is that of sixty digits, and so is its slope", () => {
  assert.ok(goldenSearch.improvement.length > 10);
  for (const { z, log, slope } of goldenSearch.improvement) {
    assert.ok(isNear(logImprovement(z), log, tolerance), `${z}: ${logImprovement(z)}, ${log}`);
    const own = logImprovementSlope(z);
    assert.ok(isNear(own, slope, 1e-5), `slope at ${z}: ${own}, ${slope}`);
  }
});

Deno.test("the mass between two bounds is the same on both sides, far out too", () => {
  assert.equal(normalMass(10, 11), normalMass(-11, -10));
  assert.ok(normalMass(10, 11) > 0);
  assert.ok(isNear(normalMass(-1, 1), 0.6826894921370859, 1e-14));
});
