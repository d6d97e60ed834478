/**
 * PED-ANOVA: how much each parameter says about which trials are among the best.
 *
 * @module
 */
import { type CompleteTrial, completeTrials, lossOf, type SearchHistory } from "../../history.ts";
import { type Dimension, isActive, type NumberDimension } from "../../space/dimension.ts";
import { choiceDensity, numberDensity } from "./grid_density.ts";

/** The most cells of a parameter's grid. */
const mostCells = 50;
/** A parameter that so few trials have, or lack, says nothing there. */
const leastTrials = 2;
/** Keeps ratios finite where a density is as good as 0. */
const smallest = 1e-12;

/** Which trials are the best ones, and by which aim. */
export interface PedAnovaSettings {
  /** Of which aim, from 0. */
  readonly aim: number;
  /** The share of the trials that counts as the best. */
  readonly bestShare: number;
}

/**
 * The Pearson divergence of each parameter's density among the best trials from that among all, times the
 * squared share of the best (Watanabe, Bansal and Hutter 2023, "PED-ANOVA"; of conditional parameters each
 * regime by itself, arXiv 2601.20800). As Optuna's `PedAnovaImportanceEvaluator` before it is normalised.
 * All are 0 where fewer than two trials are complete.
 */
export function pedAnova(
  history: SearchHistory,
  { aim, bestShare }: PedAnovaSettings,
): ReadonlyMap<Dimension, number> {
  const trials = completeTrials(history);
  const best = trials.length < leastTrials
    ? new Set<CompleteTrial>()
    : bestOf(trials, (trial) => lossOf(trial.values[aim], history.better[aim]), bestShare);
  const share = best.size / trials.length;
  return new Map(history.dimensions.map((dimension) => {
    const active = trials.filter(({ point }) => isActive(dimension, point));
    const activeBest = active.filter((trial) => best.has(trial));
    if (active.length < leastTrials || activeBest.length === 0) return [dimension, 0];
    const ofBest = activeBest.length / best.size;
    const ofAll = active.length / trials.length;
    return [
      dimension,
      share ** 2 * ofBest ** 2 / ofAll * divergence(dimension, activeBest, active),
    ];
  }));
}

/** The best share of the trials, with those that are as good as the last of it. */
function bestOf(
  trials: readonly CompleteTrial[],
  loss: (trial: CompleteTrial) => number,
  share: number,
): Set<CompleteTrial> {
  const losses = trials.map(loss).sort((a, b) => a - b);
  const last = losses[Math.ceil(share * losses.length) - 1];
  return new Set(trials.filter((trial) => loss(trial) <= last));
}

function divergence(
  dimension: Dimension,
  best: readonly CompleteTrial[],
  all: readonly CompleteTrial[],
): number {
  if (dimension.kind !== "choice" && dimension.low === dimension.high) return 0;
  const densityOf = (trials: readonly CompleteTrial[]) => {
    const values = trials.map(({ point }) => point[dimension.name]);
    return dimension.kind === "choice"
      ? choiceDensity(counted(values, dimension.count))
      : numberDensity(cellCounts(dimension, values));
  };
  const [own, others] = [densityOf(best), densityOf(all)];
  return own.reduce((total, density, at) => {
    const other = others[at] + smallest;
    return total + other * ((density + smallest) / other - 1) ** 2;
  }, 0);
}

function cellCounts(dimension: NumberDimension, values: readonly number[]): number[] {
  const { low, high, log } = dimension;
  const scaled = (value: number) => log ? Math.log(value) : value;
  const size = gridSize(dimension);
  const width = (scaled(high) - scaled(low)) / (size - 1);
  const cells = values.map((value) => {
    // A value in the middle of two cells belongs to the lower one.
    const cell = Math.ceil((scaled(value) - scaled(low)) / width - 0.5);
    return Math.min(size - 1, Math.max(0, cell));
  });
  return counted(cells, size);
}

function gridSize({ kind, low, high, step, log }: NumberDimension): number {
  if (kind === "float") return mostCells;
  const cells = log ? Math.ceil(Math.log(high - low + 1) / Math.log(2)) : (high - low) / step;
  return Math.min(mostCells, cells + 1);
}

function counted(values: readonly number[], count: number): number[] {
  const counts = new Array<number>(count).fill(0);
  for (const value of values) counts[value]++;
  return counts;
}
