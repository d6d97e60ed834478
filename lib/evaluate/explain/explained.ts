/**
 * An input whose answer is explained, as every method sees it.
 *
 * @module
 */

import type { MapMethod } from "./heat_maps.ts";

/** What the model says of the target. */
export interface TargetScore {
  /** The weighted sum of logits that is explained. */
  readonly sum: number;
  /** The same as a probability: of the label, of the label against the other one, or the number of a regression. */
  readonly probability: number;
}

/** Where gradients are taken. */
export interface ExplainedVectors {
  /** What the model has of the input, and of the input with everything left out; of equal lengths. */
  readonly input: Float32Array;
  readonly baseline: Float32Array;
  /** The unit (token or pixel) that a number belongs to. */
  unitOf(at: number): number;
}

/** An input and the target that is explained. */
export interface Explained {
  /** Words of a text or regions of an image: what is left out as a whole. */
  readonly features: number;
  /** The feature that each token or pixel belongs to, [units]; −1 for special tokens. */
  readonly featureOf: Int32Array;
  /** The target of the input with only those features that are 1; the others give way to the baseline. */
  scores(present: readonly Uint8Array[]): Promise<TargetScore[]>;
  /** What gradients are taken by: words or pixels, or what the block of that number is given. */
  vectors(layer: number | undefined): Promise<ExplainedVectors>;
  /** The gradients of the target's sum at so many points, each as long as the vectors, one by one. */
  gradients(
    points: Iterable<Float32Array>,
    layer: number | undefined,
    each: (gradient: Float32Array, point: number) => void,
  ): Promise<void>;
  /** The target's sum at so many points, in their order. */
  sums(points: Iterable<Float32Array>, layer: number | undefined): Promise<number[]>;
}

/** How much each part of an input speaks for the target. */
export interface Attribution {
  /** [features] */
  readonly values: Float64Array;
  /** The same of each token or pixel, [units]; absent where the method leaves out whole features. */
  readonly units?: Float64Array;
  /**
   * What the values add up to, minus the target's change from the baseline to the input; only of methods whose values
   * should add up to it.
   */
  readonly completenessError?: number;
}

/** A way to explain an answer. */
export interface ExplainMethod {
  /** As papers call it, `integrated gradients`. */
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Absent where the method looks at maps or attention, whatever its target. */
  attribute?(explained: Explained): Promise<Attribution>;
  /** What a model is asked where the method looks inside of it. */
  readonly looksAt?: MapMethod;
}

/** Sums of units by feature; units of no feature are left out. */
export function sumByFeature(
  units: Float64Array,
  { features, featureOf }: Explained,
): Float64Array {
  const values = new Float64Array(features);
  units.forEach((value, unit) => {
    if (featureOf[unit] >= 0) values[featureOf[unit]] += value;
  });
  return values;
}

/** The target's change from nothing present to everything present. */
export async function targetChange(explained: Explained): Promise<number> {
  const all = new Uint8Array(explained.features).fill(1);
  const [whole, none] = await explained.scores([all, new Uint8Array(explained.features)]);
  return whole.sum - none.sum;
}

/** How far values are from adding up to the target's change. */
export async function completenessErrorOf(
  values: Float64Array,
  explained: Explained,
): Promise<number> {
  return values.reduce((a, b) => a + b, 0) - await targetChange(explained);
}
