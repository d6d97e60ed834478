/**
 * Which share of the true entities is found.
 *
 * @module
 */
import { ratio } from "./class_score.ts";
import { type EntityScore, entityScore } from "./entity_score.ts";

/**
 * The share of the true entities that were predicted, with the same words and the same type. Equals
 * seqeval's `recall_score`; `.strict`, `.macro`, `.weighted` and `.perClass` are metrics too.
 *
 * @example
 * ```ts
 * import { entityRecall } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = {
 *   kind: "tags",
 *   rows: 1,
 *   labels: ["O", "B-PER", "I-PER"],
 *   scheme: "BIO",
 *   truth: [Int32Array.of(1, 2, 0, 1)], // two people
 *   predicted: [Int32Array.of(1, 2, 0, 0)], // finds one of them
 * } as const;
 * assert.equal(entityRecall.compute(predictions), 1 / 2);
 * ```
 */
export const entityRecall: EntityScore = entityScore(
  "entityRecall",
  (counts) => ratio(counts.correct, counts.true),
);
