import assert from "node:assert/strict";
import { averagePrecision } from "../../lib/metrics/average_precision.ts";
import { cosinePearson } from "../../lib/metrics/cosine_pearson.ts";
import { cosineSpearman } from "../../lib/metrics/cosine_spearman.ts";
import { mrr } from "../../lib/metrics/mrr.ts";
import { ndcg } from "../../lib/metrics/ndcg.ts";
import { pairAccuracy } from "../../lib/metrics/pair_accuracy.ts";
import { recallAt } from "../../lib/metrics/recall_at.ts";
import { tripletAccuracy } from "../../lib/metrics/triplet_accuracy.ts";
import {
  pairPredictions,
  retrievalPredictions,
  similarityPredictions,
  tripletPredictions,
} from "../../lib/nn/embedding_predictions.ts";
import { isMistake } from "../is_mistake.ts";
import { golden, type MetricCase } from "../tasks/sentence_embeddings/golden.ts";

/** Both sides compute in 64 bits. */
const tolerance = 1e-9;

function scoresOf({ kind, vectors, scores, labels, corpus, relevant }: MetricCase) {
  const [half, third] = [vectors.length / 2, vectors.length / 3];
  switch (kind) {
    case "similarity": {
      const [first, second] = [vectors.slice(0, half), vectors.slice(half)];
      const predictions = similarityPredictions({ first, second, scores: scores! });
      return {
        spearman_cosine: cosineSpearman.compute(predictions),
        pearson_cosine: cosinePearson.compute(predictions),
      };
    }
    case "pairs": {
      const [first, second] = [vectors.slice(0, half), vectors.slice(half)];
      const predictions = pairPredictions({ first, second, labels: labels! });
      return {
        cosine_accuracy: pairAccuracy.compute(predictions),
        cosine_accuracy_threshold: pairAccuracy.threshold.compute(predictions),
        cosine_ap: averagePrecision.compute(predictions),
      };
    }
    case "triplets": {
      const [anchors, positives, negatives] = [0, 1, 2]
        .map((at) => vectors.slice(at * third, (at + 1) * third));
      const predictions = tripletPredictions({ anchors, positives, negatives });
      return { cosine_accuracy: tripletAccuracy.compute(predictions) };
    }
    case "retrieval": {
      const predictions = retrievalPredictions({
        corpus: vectors.slice(0, corpus),
        queries: vectors.slice(corpus),
        relevant: relevant!,
      });
      return {
        "cosine_ndcg@10": ndcg.compute(predictions),
        "cosine_mrr@10": mrr.compute(predictions),
        "cosine_recall@1": recallAt.at1.compute(predictions),
        "cosine_recall@5": recallAt.at5.compute(predictions),
        "cosine_recall@10": recallAt.at10.compute(predictions),
      };
    }
  }
}

Deno.test("scores of embeddings are those of sentence-transformers' evaluators", () => {
  for (const each of golden.metrics) {
    for (const [name, found] of Object.entries(scoresOf(each))) {
      const wanted = each.found[name];
      assert.ok(
        Math.abs(found - wanted) <= tolerance,
        `${each.kind} ${name}: ${found} is not ${wanted}`,
      );
    }
  }
});

Deno.test("scores that are not defined are no numbers", () => {
  const one = [[1, 0], [0, 1]];
  const constant = similarityPredictions({ first: one, second: one, scores: [3, 3] });
  assert.ok(Number.isNaN(cosineSpearman.compute(constant)));
  assert.ok(Number.isNaN(cosinePearson.compute(constant)));
  const unlike = pairPredictions({ first: one, second: one, labels: [0, 0] });
  assert.ok(Number.isNaN(averagePrecision.compute(unlike)));
  assert.equal(pairAccuracy.compute(unlike), 1);
  assert.ok(pairAccuracy.threshold.compute(unlike) > 1);
});

Deno.test("a threshold of nothing alike is the next number above the highest cosine", () => {
  for (const second of [[[0, 1]], [[-1, 0]], [[1, 0]]]) {
    const predictions = pairPredictions({ first: [[1, 0]], second, labels: [0] });
    const [cosine] = predictions.cosines;
    const threshold = pairAccuracy.threshold.compute(predictions);
    assert.ok(threshold > cosine && threshold - cosine <= 2.3e-16);
  }
});

Deno.test("predictions refuse what cannot be scored", () => {
  assert.throws(
    () => pairPredictions({ first: [[1]], second: [], labels: [1] }),
    isMistake("input", "1 first, 0 second, 1 labels"),
  );
  assert.throws(
    () => retrievalPredictions({ queries: [], corpus: [], relevant: [] }),
    isMistake("data", "no rows"),
  );
  assert.throws(
    () => tripletPredictions({ anchors: [[1]], positives: [[NaN]], negatives: [[1]] }),
    isMistake("diverged", "vector of text 1"),
  );
});

Deno.test("equal cosines keep the order of the corpus", () => {
  const { ranks } = retrievalPredictions({
    queries: [[1, 0]],
    corpus: [[1, 0], [2, 0], [1, 0]],
    relevant: [[0, 1, 2]],
  });
  assert.deepEqual(ranks, [[1, 2, 3]]);
});

Deno.test("a metric of embeddings refuses predictions of another kind", () => {
  const predictions = pairPredictions({ first: [[1]], second: [[1]], labels: [1] });
  // @ts-expect-error: pairs are no search.
  const ask = () => ndcg.compute(predictions);
  assert.throws(
    ask,
    isMistake("input", "ndcg does not score", '("pairs")', 'a search ("retrieval")'),
  );
});
