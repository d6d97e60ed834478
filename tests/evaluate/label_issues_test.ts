import assert from "node:assert/strict";
import { labelIssues } from "../../lib/evaluate/label_issues.ts";
import { predictionsOf } from "../../lib/tasks/shared/class_predictions.ts";
import { isMistake } from "../is_mistake.ts";
import { goldenPath } from "../models/golden.ts";

interface Case {
  readonly name: string;
  readonly classes: number;
  readonly labels: number[];
  readonly probabilities: number[];
  readonly issues: number[];
}

const { cases }: { readonly cases: Case[] } = JSON.parse(
  await Deno.readTextFile(goldenPath("label_issues.json")),
);

for (const { name, classes, labels, probabilities, issues } of cases) {
  Deno.test(`labelIssues finds cleanlab's rows in its order: ${name}`, () => {
    const predictions = predictionsOf({
      kind: "single",
      labels: Array.from({ length: classes }, (_, k) => `class ${k}`),
      // Four digits make some of them 0.
      logits: Float32Array.from(probabilities, (each) => Math.log(Math.max(each, 1e-5))),
      truth: labels,
    });
    const found = labelIssues(predictions);
    assert.deepEqual(found.map(({ row }) => row), issues);
    for (const { row, label, suggested, selfConfidence } of found) {
      assert.equal(label, `class ${labels[row]}`);
      assert.notEqual(suggested, label);
      const wanted = probabilities[row * classes + labels[row]];
      // Four digits in the golden file, which do not quite add up to one.
      assert.ok(Math.abs(selfConfidence - wanted) < 2e-4);
    }
  });
}

Deno.test("a label that no row has is never suggested, and other kinds are refused", () => {
  const logits = Float32Array.of(3, 0, 9, 0, 3, 9); // the third label is the likeliest
  const labels = ["cat", "dog", "bird"];
  const given = { labels, logits };
  assert.deepEqual(labelIssues(predictionsOf({ kind: "single", ...given, truth: [0, 1] })), []);
  const multi = predictionsOf({ kind: "multi", ...given, truth: [1, 0, 0, 0, 1, 0] });
  assert.throws(() => labelIssues(multi as never), isMistake("data", /of the kind "multi"/));
});
