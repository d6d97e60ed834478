/**
 * F1 of entities: the harmonic mean of their precision and recall.
 *
 * @module
 */
import { ratio } from "./class_score.ts";
import { type EntityScore, entityScore } from "./entity_score.ts";

/**
 * The harmonic mean of entity precision and recall, over all entities (micro). Equals seqeval's
 * `f1_score`; `.strict`, `.macro`, `.weighted` and `.perClass` are metrics too, and
 * `.strict.macro` and so on.
 *
 * @example
 * ```ts
 * import { entityF1 } from "tunebook";
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
 * assert.equal(entityF1.compute(predictions), 2 / 3);
 * ```
 */
export const entityF1: EntityScore = entityScore(
  "entityF1",
  (counts) => ratio(2 * counts.correct, counts.predicted + counts.true),
);
