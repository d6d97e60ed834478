import assert from "node:assert/strict";
import { fid } from "../../lib/metrics/fid.ts";
import { kid } from "../../lib/metrics/kid.ts";
import { featurePredictions } from "../../lib/nn/feature_predictions.ts";
import { isMistake } from "../is_mistake.ts";

interface Case {
  name: string;
  generated: number[][];
  real: number[][];
  fid: number;
  exactFid: number;
  kid: number;
  kidWithout: number[];
}

const golden: { cases: Case[] } = JSON.parse(
  await Deno.readTextFile(new URL("../golden/features.json", import.meta.url)),
);

/** SciPy's root of a matrix without full rank is itself no more exact. */
const [tolerance, rootTolerance] = [1e-9, 1e-7];

for (const { name, generated, real, ...wanted } of golden.cases) {
  Deno.test(`distances of features equal NumPy's: ${name}`, () => {
    const predictions = featurePredictions({ features: "random", generated, real });
    const found = fid.compute(predictions);
    assert.ok(Math.abs(found - wanted.fid) <= rootTolerance * wanted.fid, `${found} ${wanted.fid}`);
    const off = Math.abs(found - wanted.exactFid);
    assert.ok(off <= tolerance * wanted.exactFid, `${off} of ${wanted.exactFid}`);
    const apart = Math.abs(kid.compute(predictions) - wanted.kid);
    assert.ok(apart <= tolerance, `${apart} of ${wanted.kid}`);
    kid.leaveOneOut!(predictions).forEach((value, row) => {
      assert.ok(Math.abs(value - wanted.kidWithout[row]) <= tolerance, `without row ${row}`);
    });
    // A set is as far from another as that from it, and not at all from itself.
    const turned = fid.compute(
      featurePredictions({ features: "random", generated: real, real: generated }),
    );
    assert.ok(Math.abs(turned - found) <= tolerance * found);
    const same = fid.compute(
      featurePredictions({ features: "random", generated, real: generated }),
    );
    assert.ok(same <= tolerance, `${same}`);
  });
}

Deno.test("vectors that cannot be compared are one error", () => {
  const of = (generated: number[][], real: number[][]) => () =>
    featurePredictions({ features: "pixels", generated, real });
  assert.throws(of([[1]], [[1], [2]]), isMistake("data", "at least two of each"));
  assert.throws(
    of([[1, 2], [1]], [[NaN, 1], [1, 2]]),
    isMistake("data", "generated vector 2 has 1 numbers, the first one 2", "real vector 1 has NaN"),
  );
});
