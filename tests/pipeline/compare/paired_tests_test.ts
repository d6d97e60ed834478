import assert from "node:assert/strict";
import {
  accuracy,
  approximateRandomization,
  bleu,
  chrf,
  distinctN,
  f1,
  pairedBootstrap,
  predictionsOf,
  ter,
  textPredictions,
} from "tunebook";
import { randomizationOf } from "../../../lib/pipeline/compare/approximate_randomization.ts";
import { bootstrapOf } from "../../../lib/pipeline/compare/paired_bootstrap.ts";
import { isMistake } from "../../is_mistake.ts";

interface Result {
  a: number;
  b: number;
  pValue: number;
}

interface Golden {
  segments: [predicted: string, references: string[]][];
  tests: {
    other: string[];
    /** Of each draw, as numpy drew them. */
    rows: number[][];
    /** Of each draw, 1 where the rows keep their run. */
    swaps: string[];
    results: Record<string, { bs: Result; ar: Result }>;
  };
}

const { segments, tests }: Golden = JSON.parse(
  await Deno.readTextFile(new URL("../../golden/text_scores.json", import.meta.url)),
);
const chosen = segments.slice(0, tests.other.length);
const references = chosen.map(([, each]) => each);
const a = textPredictions({ predicted: chosen.map(([text]) => text), references });
const b = textPredictions({ predicted: tests.other, references });

/** The golden file has 12 digits; scores are below 1000. */
const tolerance = 1e-9;

const near = (found: number, wanted: number) =>
  assert.ok(Math.abs(found - wanted) <= tolerance, `${found}, but ${wanted} there`);

for (const metric of [bleu, chrf, ter]) {
  Deno.test(`paired tests of ${metric.title} equal sacreBLEU's on the same draws`, () => {
    const { bs, ar } = tests.results[metric.name];
    const bootstrap = bootstrapOf(a, b, metric, tests.rows.map((rows) => Int32Array.from(rows)));
    const swaps = tests.swaps.map((each) => Uint8Array.from(each, Number));
    const randomization = randomizationOf(a, b, metric, swaps);
    near(bootstrap.a, bs.a);
    near(bootstrap.b, bs.b);
    near(randomization.a, ar.a);
    near(randomization.b, ar.b);
    // A share of draws: the same draws are counted, so that no digit differs.
    near(bootstrap.pValue, bs.pValue);
    near(randomization.pValue, ar.pValue);
  });
}

Deno.test("own draws come to p-values like those, and to the same ones every time", () => {
  const bootstrap = pairedBootstrap(a, b, chrf, { seed: 3 });
  assert.deepEqual(pairedBootstrap(a, b, chrf, { seed: 3 }).pValue, bootstrap.pValue);
  assert.ok(bootstrap.interval.low < bootstrap.difference);
  assert.ok(bootstrap.difference < bootstrap.interval.high);
  const randomization = approximateRandomization(a, b, chrf);
  assert.equal(randomization.samples, 10_000);
  // Of 150 draws a share is known to about 0.04 (one standard error of 0.5).
  const allowed = 0.12;
  assert.ok(Math.abs(randomization.pValue - tests.results.chrf.ar.pValue) < allowed);
  assert.match(
    String(randomization),
    /^chrF2: \d+\.\d{4} and \d+\.\d{4}, p = 0\.\d{4} \(10,000 draws of /,
  );
});

Deno.test("the same run twice differs in no draw, which says nothing", () => {
  const { difference, pValue, interval } = pairedBootstrap(a, a, bleu);
  assert.deepEqual([difference, interval], [0, { low: 0, high: 0 }]);
  assert.ok(pValue > 0);
  const few = approximateRandomization(a, a, bleu, { samples: 99 });
  assert.equal(few.pValue, 1 / 100);
});

Deno.test("a paired bootstrap of labels chooses rows", () => {
  const labelled = (right: number) =>
    predictionsOf({
      kind: "single",
      labels: ["bad", "good"],
      logits: Float32Array.from({ length: 200 }, (_, i) =>
        (i % 2) === (i < 2 * right ? 1 : 0) ? 1 : 0),
      truth: Array.from({ length: 100 }, () =>
        1),
    });
  const test = pairedBootstrap(labelled(50), labelled(90), accuracy);
  assert.equal(test.difference, 0.4);
  assert.ok(test.pValue < 0.01 && test.interval.low > 0.25);
  assert.throws(
    () => approximateRandomization(labelled(50), labelled(90), f1),
    isMistake("unsupported", "pairedBootstrap"),
  );
});

Deno.test("runs on other rows are refused, each row by number", () => {
  const [one, two] = [
    textPredictions({ predicted: ["a", "b"], references: ["a", "b"] }),
    textPredictions({ predicted: ["a", "b"], references: ["a", "c"] }),
  ];
  assert.throws(
    () => pairedBootstrap(one, two, chrf),
    isMistake("data", "row 2 has other references"),
  );
  assert.throws(() => pairedBootstrap(one, a, chrf), isMistake("input", "2 of kind", "60 of kind"));
  assert.throws(() => pairedBootstrap(one, one, distinctN), isMistake("unsupported", "distinctN"));
});
