import assert from "node:assert/strict";
import { cohenKappa } from "../../lib/feedback/agreement/cohen_kappa.ts";
import {
  krippendorffAlpha,
  type Rating,
  ratingLevels,
} from "../../lib/feedback/agreement/krippendorff_alpha.ts";
import { isMistake } from "../is_mistake.ts";
import { goldenPath } from "../models/golden.ts";

/** Both sides add up in double precision. */
const tolerance = 1e-12;

interface Golden {
  readonly kappa: readonly (Record<"none" | "linear" | "quadratic", number> & {
    readonly name: string;
    readonly first: number[];
    readonly second: number[];
  })[];
  readonly alpha: readonly (Record<"nominal" | "ordinal" | "interval", number> & {
    readonly name: string;
    readonly ratings: Rating[][];
  })[];
}

const golden: Golden = JSON.parse(await Deno.readTextFile(goldenPath("agreement.json")));

Deno.test("cohenKappa equals scikit-learn's", () => {
  assert.ok(golden.kappa.length > 0);
  for (const { name, first, second, ...expected } of golden.kappa) {
    for (const weights of ["none", "linear", "quadratic"] as const) {
      const own = cohenKappa(first, second, { weights });
      assert.ok(Math.abs(own - expected[weights]) < tolerance, `${name}, ${weights}: ${own}`);
    }
  }
});

Deno.test("krippendorffAlpha equals the package krippendorff's, answers missing", () => {
  assert.ok(golden.alpha.length > 0);
  for (const { name, ratings, ...expected } of golden.alpha) {
    for (const level of ratingLevels) {
      const own = krippendorffAlpha(ratings, { level });
      assert.ok(Math.abs(own - expected[level]) < tolerance, `${name}, ${level}: ${own}`);
    }
  }
});

Deno.test("where nothing can be said of agreement it is NaN", () => {
  assert.ok(Number.isNaN(krippendorffAlpha([])));
  assert.ok(Number.isNaN(krippendorffAlpha([["a", null], [null, "b"]])));
  assert.ok(Number.isNaN(krippendorffAlpha([["a", "a"], ["a", "a"]])));
  assert.ok(Number.isNaN(cohenKappa([1, 1], [1, 1])));
});

Deno.test("ratings that are none are refused", () => {
  assert.throws(
    () => krippendorffAlpha([[1], [1, 2]]),
    isMistake("input", "1, 2 units", "null where nothing was said"),
  );
  assert.throws(
    () => krippendorffAlpha([["a"], ["b"]], { level: "interval" }),
    isMistake("input", '"a"', "interval ratings are numbers"),
  );
  assert.throws(() => cohenKappa([1], []), isMistake("input", "1 and 0 values"));
});
