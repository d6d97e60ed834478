/**
 * What a merging method is: a function of the tensors of one name.
 *
 * @module
 */
import type { Random } from "../../core/random.ts";

/** The tensors of one name in all models that are merged. */
export interface TensorGroup {
  /** Their name in the checkpoints. */
  readonly name: string;
  /** The size of each dimension, outermost first. */
  readonly shape: readonly number[];
  /** The tensor of the model that the others were trained from, where one is given. */
  readonly base?: Float32Array;
  /** A tensor for each model, in the order in which they are given. */
  readonly tensors: readonly Float32Array[];
  /** The weight of each model at this tensor, where weights are given; 1 otherwise. */
  readonly weights: readonly number[];
  /** Random numbers of this tensor alone, so that its values depend on no other tensor. */
  readonly random: Pick<Random, "uniform">;
}

/**
 * A way of merging models. A new one is one file that makes such an object, and one line in `combine.ts`.
 */
export interface MergeMethod {
  /** Its name in mergekit and in receipts. */
  readonly name: string;
  /** What it was made with, for receipts. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Whether it needs the model that the others were trained from, can do with it, or does not look at it. */
  readonly base: "required" | "optional" | "unused";
  /** How many models it merges, without the base. */
  readonly models: { readonly least: number; readonly most: number };
  /** Whether weights of models mean something to it. */
  readonly weighted: boolean;
  /** The merged values, as many as each tensor has. The tensors given stay as they are. */
  merge(group: TensorGroup): Float32Array;
}
