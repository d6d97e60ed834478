/**
 * A Parzen estimator: a density that is a weighted sum of kernels, one at each observation and a broad
 * one, the prior, over the whole space. A kernel is a product over dimensions.
 *
 * @module
 */
import type { Random } from "../../../core/random.ts";
import type { Dimension, NumberDimension } from "../../space/dimension.ts";
import { fromUnit, toUnit, unitOfNumber } from "../../space/unit.ts";
import { logNormalDensity, normalMass } from "../../normal.ts";

/**
 * What bounds a kernel's width from below, as a share of the range (Watanabe 2023): never below
 * the first, and for few observations above it, by the exponent of "magic clipping".
 */
const leastWidth = 0.03;
const clippingExponent = 2;
/** The prior of numbers: a normal density in the middle, as wide as the range. */
const priorMean = 0.5;
const priorWidth = 1;

/** A kernel in one dimension, normal and cut off at 0 and 1. */
interface NumberKernel {
  readonly mean: number;
  readonly width: number;
  /** The logarithm of what of it lies between 0 and 1. */
  readonly logMass: number;
}

/** What all kernels have in one dimension. */
type Kernels =
  | { readonly dimension: NumberDimension; readonly numbers: readonly NumberKernel[] }
  | { readonly dimension: Dimension; readonly shares: readonly (readonly number[])[] };

/** A density over some dimensions. */
export interface ParzenEstimator {
  /** A value for each dimension. */
  sample(random: Random): number[];
  /** The logarithm of the density at a value for each dimension; of whole numbers their probability. */
  logDensity(values: readonly number[]): number;
}

/**
 * @param observations a value for each dimension, one list for each observation
 * @param weights of the observations, and last that of the prior
 */
export function parzenEstimator(
  dimensions: readonly Dimension[],
  observations: readonly (readonly number[])[],
  weights: readonly number[],
): ParzenEstimator {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const logWeights = weights.map((weight) => Math.log(weight / total));
  const kernels = dimensions.map((dimension, place) =>
    kernelsOf(dimension, observations.map((each) => each[place]))
  );
  return {
    sample(random) {
      const at = drawn(weights, total, random);
      return kernels.map((each) => sampled(each, at, random));
    },
    logDensity(values) {
      const sums = Float64Array.from(logWeights);
      kernels.forEach((each, place) => addLogDensities(sums, each, values[place]));
      const most = sums.reduce((a, b) => Math.max(a, b), -Infinity);
      return most + Math.log(sums.reduce((sum, each) => sum + Math.exp(each - most), 0));
    },
  };
}

function drawn(weights: readonly number[], total: number, random: Random): number {
  let left = random.uniform() * total;
  for (let at = 0; at < weights.length - 1; at++) {
    left -= weights[at];
    if (left < 0) return at;
  }
  return weights.length - 1;
}

function kernelsOf(dimension: Dimension, observed: readonly number[]): Kernels {
  if (dimension.kind === "choice") {
    return { dimension, shares: choiceShares(dimension.count, observed) };
  }
  const means = [...observed.map((value) => toUnit(dimension, value)), priorMean];
  const widths = kernelWidths(means).map((width, at) =>
    Math.max(width, levelWidth(dimension, observed[at]))
  );
  const numbers = means.map((mean, at) => {
    const width = at === observed.length ? priorWidth : widths[at];
    return { mean, width, logMass: Math.log(normalMass(-mean / width, (1 - mean) / width)) };
  });
  return { dimension, numbers };
}

/**
 * The larger distance to a neighbour (Bergstra et al. 2011), clipped. The outermost kernels have one
 * neighbour each: with the distance to the end of the range they would be as wide as good trials lie far from
 * it, and of a few trials in several dimensions nearly every one is outermost in one. A single trial has the
 * ends, for there its one neighbour, the prior's mean, says nothing.
 */
function kernelWidths(means: readonly number[]): number[] {
  const order = means.map((_, at) => at).sort((a, b) => means[a] - means[b]);
  const least = Math.max(leastWidth, (1 + means.length) ** -clippingExponent);
  const hasEnds = means.length <= 2;
  const widths: number[] = [];
  order.forEach((at, place) => {
    const before = means[order[place - 1]] ?? (hasEnds ? 0 : means[at]);
    const after = means[order[place + 1]] ?? (hasEnds ? 1 : means[at]);
    const gap = Math.max(means[at] - before, after - means[at]);
    widths[at] = Math.min(1, Math.max(least, gap));
  });
  return widths;
}

/**
 * The width of a level of a parameter with steps: a narrower kernel would hold nothing but its own level, and ask
 * for the same trial again. 0 of a parameter without steps, and of the prior.
 */
function levelWidth(dimension: NumberDimension, value: number | undefined): number {
  const { step } = dimension;
  if (step === 0 || value === undefined) return 0;
  return Math.min(
    1,
    unitOfNumber(dimension, value + step / 2) - unitOfNumber(dimension, value - step / 2),
  );
}

/** The shares of a choice's values: one observation, and the prior's share of one, spread evenly. */
function choiceShares(count: number, observed: readonly number[]): number[][] {
  const prior = 1 / (observed.length + 1);
  const total = 1 + prior * count;
  const shares = observed.map((value) =>
    Array.from({ length: count }, (_, each) => (prior + Number(each === value)) / total)
  );
  return [...shares, Array<number>(count).fill(1 / count)];
}

function sampled(kernels: Kernels, at: number, random: Random): number {
  if ("shares" in kernels) return drawn(kernels.shares[at], 1, random);
  const { mean, width } = kernels.numbers[at];
  // The mean lies between 0 and 1, and no kernel is wider than that: every third draw or more is taken.
  for (;;) {
    const unit = mean + width * random.normal();
    if (unit >= 0 && unit <= 1) return fromUnit(kernels.dimension, unit);
  }
}

function addLogDensities(sums: Float64Array, kernels: Kernels, value: number): void {
  if ("shares" in kernels) {
    kernels.shares.forEach((shares, at) => sums[at] += Math.log(shares[value]));
    return;
  }
  const { dimension, numbers } = kernels;
  if (dimension.step === 0) {
    const unit = toUnit(dimension, value);
    numbers.forEach(({ mean, width, logMass }, at) => {
      sums[at] += logNormalDensity((unit - mean) / width) - Math.log(width) - logMass;
    });
    return;
  }
  const from = unitOfNumber(dimension, value - dimension.step / 2);
  const to = unitOfNumber(dimension, value + dimension.step / 2);
  numbers.forEach(({ mean, width, logMass }, at) => {
    sums[at] += Math.log(normalMass((from - mean) / width, (to - mean) / width)) - logMass;
  });
}
