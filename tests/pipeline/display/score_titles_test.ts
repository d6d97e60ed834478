import assert from "node:assert/strict";
import {
  accuracy,
  confusionMatrix,
  entityErrors,
  f1,
  metric,
  mrr,
  ndcg,
  predictionsOf,
  recallAt,
} from "tunebook";
import { scoreLines } from "../../../lib/pipeline/display/score_lines.ts";
import { scoreTitles, titleOf } from "../../../lib/pipeline/display/score_titles.ts";

Deno.test("scores of a search show how far down they look, unless a person named them", () => {
  const titles = scoreTitles({ ndcg, mrr, recallAt, "recallAt.at5": recallAt.at5, accuracy });
  assert.deepEqual(Object.values(titles), [
    "ndcg@10",
    "mrr@10",
    "recall@10",
    "recall@5",
    "accuracy",
  ]);
  assert.deepEqual(scoreTitles({ found: recallAt.at1 }), { found: "found" });
  assert.equal(titleOf(metric({ ...accuracy, name: "mine" })), "mine");
});

Deno.test("scores that are tables are printed as tables, cut where there are many classes", () => {
  const single = (labels: readonly string[], truth: readonly number[]) =>
    predictionsOf({
      kind: "single",
      labels: [...labels],
      // The first class every time.
      logits: Float32Array.from(truth.flatMap(() => labels.map((_, at) => at === 0 ? 1 : 0))),
      truth: [...truth],
    });
  const two = single(["bad", "good"], [0, 1, 1]);
  assert.deepEqual(
    scoreLines("matrix", confusionMatrix.compute(two), "").map((line) =>
      line.replace(/ +/g, " ").trim()
    ),
    ["matrix", "true class \\ given class bad good", "─".repeat(35), "bad 1 0", "good 2 0"],
  );
  const labels = Array.from({ length: 40 }, (_, at) => `class ${at}`);
  const many = single(labels, labels.map((_, at) => at));
  const lines = scoreLines("matrix", confusionMatrix.compute(many), "");
  assert.equal(lines[1], "    40 classes, 39 kinds of mistakes, the commonest 12");
  assert.equal(lines.length, 2 + 2 + 12);
  assert.match(lines[4], /class 1 +class 0 +1$/);
  const classes = scoreLines("f1", f1.perClass.compute(many), "");
  assert.match(classes[3], /class 0 +0\.0488/);
  assert.equal(classes.at(-1), "    … and 10 more");
  const errors = entityErrors.compute({
    kind: "tags",
    rows: 1,
    labels: ["O", "B-PER", "B-LOC"],
    scheme: "BIO",
    truth: [Int32Array.of(1, 0)],
    predicted: [Int32Array.of(2, 0)],
  });
  const shown = scoreLines("errors", errors, "").join("\n");
  assert.match(shown, /^ {4}type +correct/m);
  assert.match(shown, /PER +LOC +1/);
  // Neither text nor display is there where the data is compared or written.
  assert.deepEqual(Object.keys(confusionMatrix.compute(two)), ["labels", "counts"]);
  assert.deepEqual(scoreLines("accuracy", 0.5, " (0.4 to 0.6)"), [
    "  accuracy         0.5000 (0.4 to 0.6)",
  ]);
});
