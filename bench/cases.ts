/**
 * What is measured: training steps on BERTs of known size with random weights.
 *
 * @module
 */

/** A training step to measure. */
export interface StepCase {
  readonly name: string;
  readonly method: "lora" | "full";
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly intermediate: number;
  readonly batch: number;
  readonly length: number;
  /** Steps in one turn of a side, before the other side has its turn. */
  readonly turn: number;
}

/** LoRA's settings, the same on both sides. */
export const rank = 8;
/** The attention's linears that LoRA adapts. */
export const targets = ["query", "value"];
/** BERT's vocabulary. */
export const vocabulary = 30522;

const small = { layers: 6, hidden: 384, heads: 12, intermediate: 1536, batch: 16, length: 64 };
const base = { layers: 12, hidden: 768, heads: 12, intermediate: 3072, batch: 8, length: 128 };

/** All cases. */
export const cases: readonly StepCase[] = [
  { name: "lora-6x384", method: "lora", ...small, turn: 4 },
  { name: "lora-12x768", method: "lora", ...base, turn: 2 },
  { name: "full-6x384", method: "full", ...small, turn: 3 },
];

/** What `deno task bench` measures unless cases are named. */
export const defaultCases: readonly string[] = ["lora-6x384", "lora-12x768"];
