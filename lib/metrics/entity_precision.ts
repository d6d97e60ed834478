/**
 * Which share of the predicted entities is right.
 *
 * @module
 */
import { ratio } from "./class_score.ts";
import { type EntityScore, entityScore } from "./entity_score.ts";

/**
 * The share of the predicted entities that are true, with the same words and the same type. Equals
 * seqeval's `precision_score`; `.strict`, `.macro`, `.weighted` and `.perClass` are metrics too.
 *
 * @example
 * ```ts
 * import { entityPrecision } from "tunebook";
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
 * assert.equal(entityPrecision.compute(predictions), 1);
 * ```
 */
export const entityPrecision: EntityScore = entityScore(
  "entityPrecision",
  ({ correct, predicted }) => ratio(correct, predicted),
);
