/**
 * What a model says of a batch as probabilities, for losses that compare one model with another.
 *
 * @module
 */
import type { Tensor } from "../engine/mod.ts";

/** How the outputs that a loss reads are to be understood: line by line. */
export interface Distributions {
  /**
   * What a line is: logits of classes that exclude each other (`classes`), of labels that are independent of each
   * other (`labels`), or plain numbers (`numbers`).
   */
  readonly of: "classes" | "labels" | "numbers";
  /** The lines, [n, numbers], of what the loss reads and is fed with. */
  lines(outputs: Tensor, feeds: Readonly<Record<string, Tensor>>): Tensor;
  /** How much each line counts, [n]; all alike unless given. */
  weights?(feeds: Readonly<Record<string, Tensor>>): Tensor;
  /** The sum of the weights of some rows. */
  weightOf(rows: ArrayLike<number>): number;
}
