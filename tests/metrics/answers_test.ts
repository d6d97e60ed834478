import assert from "node:assert/strict";
import { answerF1 } from "../../lib/metrics/answer_f1.ts";
import { normalizeAnswer } from "../../lib/metrics/answer_score.ts";
import { bestNullThreshold } from "../../lib/metrics/best_null_threshold.ts";
import { exactMatch } from "../../lib/metrics/exact_match.ts";
import type { AnswerPredictions } from "../../lib/nn/answer_predictions.ts";

interface Case {
  name: string;
  truth: string[][];
  predicted: string[];
  best: string[];
  nullDifferences: number[];
  /** From 0 to 100; thresholds as they are. */
  scores: Record<string, number>;
}

const golden: { texts: [text: string, normal: string][]; scores: Case[] } = JSON.parse(
  await Deno.readTextFile(new URL("../golden/squad.json", import.meta.url)),
);

function predictionsOfCase({ truth, predicted, best, nullDifferences }: Case): AnswerPredictions {
  return {
    kind: "answers",
    rows: truth.length,
    truth,
    predicted,
    best,
    nullDifferences: Float64Array.from(nullDifferences),
  };
}

/** Both sides add the same numbers of 64 bits, in another order. */
const tolerance = 1e-9;

function near(found: number, wanted: number | undefined, what: string) {
  if (wanted === undefined) return assert.ok(Number.isNaN(found), `${what} is ${found}`);
  assert.ok(Math.abs(found - wanted) <= tolerance, `${what} is ${found}, but ${wanted} there`);
}

Deno.test("texts are normalised as the SQuAD script does it", () => {
  for (const [text, normal] of golden.texts) {
    assert.equal(normalizeAnswer(text), normal, JSON.stringify(text));
  }
});

for (const entry of golden.scores) {
  Deno.test(`scores of answers equal the SQuAD script's: ${entry.name}`, () => {
    const predictions = predictionsOfCase(entry);
    const { scores } = entry;
    const share = (name: string) => name in scores ? scores[name] / 100 : undefined;
    near(exactMatch.compute(predictions), share("exact"), "exactMatch");
    near(exactMatch.answerable.compute(predictions), share("HasAns_exact"), "answerable");
    near(exactMatch.unanswerable.compute(predictions), share("NoAns_exact"), "unanswerable");
    near(answerF1.compute(predictions), share("f1"), "answerF1");
    near(answerF1.answerable.compute(predictions), share("HasAns_f1"), "answerable");
    near(answerF1.unanswerable.compute(predictions), share("NoAns_f1"), "unanswerable");
  });

  Deno.test(`the best null threshold equals the SQuAD script's: ${entry.name}`, () => {
    const { scores } = entry;
    const found = bestNullThreshold.compute(predictionsOfCase(entry));
    near(found.exactMatch.score, scores.best_exact / 100, "exactMatch");
    near(found.answerF1.score, scores.best_f1 / 100, "answerF1");
    // Where it is best to answer none the script says 0, which may answer some.
    const isNone = entry.truth.every((texts) => texts.length === 0);
    assert.equal(found.exactMatch.threshold, isNone ? -Infinity : scores.best_exact_thresh);
    assert.equal(found.answerF1.threshold, isNone ? -Infinity : scores.best_f1_thresh);
  });
}

Deno.test("rows with the same null difference are answered together", () => {
  const found = bestNullThreshold.compute({
    kind: "answers",
    rows: 3,
    truth: [["x"], [], []],
    predicted: ["", "", ""],
    best: ["x", "y", ""],
    nullDifferences: Float64Array.of(1, 1, Infinity),
  });
  // Answering the first two is right once and wrong once: no better than to answer none.
  assert.deepEqual(found.exactMatch, { score: 2 / 3, threshold: -Infinity });
});
