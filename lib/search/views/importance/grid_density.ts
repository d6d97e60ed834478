/**
 * Densities of one parameter on a grid, as PED-ANOVA compares them.
 *
 * @module
 */
import { normalMass } from "../../normal.ts";

/** What the kernel that lies over the whole grid weighs, beside the trials with one each. */
const priorWeight = 1;
/** A normal kernel covers one cell with 90 % at least: 1.64 standard deviations on either side. */
const leastWidth = 0.5 / 1.64;
/** Scott's rule (1992): the constant, and the quartiles' distance in standard deviations. */
const [scottConstant, quartileDistance] = [1.059, 1.34];

/**
 * The probability of each cell of an ordered parameter: normal kernels at the cells that have trials, cut
 * off at both ends, with a width by Scott's rule, and a broad one.
 *
 * @param counts the trials in each cell; at least one trial in all
 */
export function numberDensity(counts: readonly number[]): number[] {
  const cells = occupied(counts);
  const size = counts.length;
  const width = kernelWidth(counts);
  const total = sum(counts) + priorWeight;
  const kernels = [
    ...cells.map((at) => ({ mean: at, width, weight: counts[at] / total })),
    { mean: (size - 1) / 2, width: size, weight: priorWeight / total },
  ];
  const massOf = (from: number, to: number, mean: number, wide: number) =>
    normalMass((from - mean) / wide, (to - mean) / wide);
  const inside = kernels.map(({ mean, width: wide }) => massOf(-0.5, size - 0.5, mean, wide));
  return counts.map((_, cell) =>
    sum(
      kernels.map(({ mean, width: wide, weight }, at) =>
        weight * massOf(cell - 0.5, cell + 0.5, mean, wide) / inside[at]
      ),
    )
  );
}

/**
 * The probability of each value of a choice: a kernel at each value that has trials, and an even one.
 *
 * @param counts the trials of each value; at least one trial in all
 */
export function choiceDensity(counts: readonly number[]): number[] {
  const cells = occupied(counts);
  const total = sum(counts) + priorWeight;
  const spread = priorWeight / (cells.length + 1);
  const kernelTotal = 1 + spread * counts.length;
  return counts.map((_, value) => {
    const observed = cells.map((at) =>
      counts[at] / total * (spread + Number(at === value)) / kernelTotal
    );
    return sum(observed) + priorWeight / total / counts.length;
  });
}

function occupied(counts: readonly number[]): number[] {
  return counts.flatMap((count, at) => count > 0 ? [at] : []);
}

function kernelWidth(counts: readonly number[]): number {
  const cells = occupied(counts);
  const trials = sum(counts);
  const mean = sum(cells.map((at) => at * counts[at])) / trials;
  const squares = sum(cells.map((at) => counts[at] * (at - mean) ** 2));
  const deviation = Math.sqrt(squares / Math.max(1, trials - 1));
  let before = 0;
  const upTo = cells.map((at) => before += counts[at]);
  const lower = upTo.findIndex((count) => count >= Math.floor(trials / 4));
  const upper = upTo.findIndex((count) => count > Math.floor(3 * trials / 4));
  const quartiles = cells[upper < 0 ? cells.length - 1 : upper] - cells[lower];
  const spread = Math.min(quartiles / quartileDistance, deviation);
  return Math.max(leastWidth, scottConstant * spread * trials ** -0.2);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
