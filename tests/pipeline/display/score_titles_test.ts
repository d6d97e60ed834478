import assert from "node:assert/strict";
import { accuracy, metric, mrr, ndcg, recallAt } from "tunebook";
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
