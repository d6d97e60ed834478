/**
 * How AdaLoRA spends its budget of ranks: when, on which triplets (Zhang et al., arXiv 2303.10512,
 * section 3.3; step by step as PEFT's RankAllocator).
 *
 * @module
 */
import type { SeriesPoint } from "../../chart/series_chart.ts";
import { TunebookError } from "../../core/errors.ts";
import type { AfterStep } from "../../nn/method.ts";

/** When ranks are taken away. */
export interface BudgetSchedule {
  /** Ranks of all linears at the start. */
  readonly initialBudget: number;
  /** Ranks of all linears at the end. */
  readonly targetBudget: number;
  /** Steps before the first reallocation: a number of steps, or below 1 a share of all. */
  readonly initial: number;
  /** Steps after the last reallocation, likewise. */
  readonly final: number;
  /** Steps between two reallocations. */
  readonly every: number;
  /** What a user calls the last three; the settings' names unless given. */
  readonly names?: Readonly<Record<"initial" | "final" | "every", string>>;
}

const settingNames = { initial: "initialSteps", final: "finalSteps", every: "interval" };

/** One linear's triplets: the names of its three tensors and their sizes. */
export interface Triplets {
  readonly path: string;
  readonly rank: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly a: string;
  readonly b: string;
  readonly e: string;
}

const countOf = (value: number, total: number) => value < 1 ? Math.round(value * total) : value;

/**
 * Throws where a run of so many steps could never reallocate, or only before it knows which triplets
 * matter: importance is measured in the steps before the last reallocation.
 */
export function checkSchedule(schedule: BudgetSchedule, totalSteps: number): void {
  const [initial, final] = [schedule.initial, schedule.final].map((v) => countOf(v, totalSteps));
  const { names = settingNames } = schedule;
  const last = totalSteps - final;
  const span = last - initial;
  const lacksMeasure = last === 1;
  if (span > 0 && span >= schedule.every && !lacksMeasure) return;
  throw new TunebookError(
    "input",
    `adalora: the run has ${totalSteps} step${
      totalSteps === 1 ? "" : "s"
    }, of which ${initial} come before the first and ` +
      `${final} after the last reallocation of ranks; ` +
      (lacksMeasure
        ? "the last one would come after step 1, before any importance was measured. Lower " +
          names.final
        : `with one every ${schedule.every} steps none would happen. Lower ` +
          `${names.initial}, ${names.final} or ${names.every}`) +
      ", or train longer.",
  );
}

/** The budget after a step, and whether ranks are reallocated at it. */
export function budgetAt(
  { initialBudget, targetBudget, initial, final, every }: BudgetSchedule,
  step: number,
  totalSteps: number,
): { budget: number; isDue: boolean } {
  const [before, after] = [countOf(initial, totalSteps), countOf(final, totalSteps)];
  const last = totalSteps - after;
  if (step <= before) return { budget: initialBudget, isDue: false };
  if (step >= last) return { budget: targetBudget, isDue: step === last };
  const left = 1 - (step - before) / (last - before);
  const budget = Math.trunc((initialBudget - targetBudget) * left ** 3 + targetBudget);
  return { budget, isDue: step % every === 0 };
}

/** How fast importance forgets. */
export interface Smoothing {
  readonly beta1: number;
  readonly beta2: number;
}

const mean = (name: string) => `mean/${name}`;
const spread = (name: string) => `spread/${name}`;
const mask = (path: string) => `mask/${path}`;
/** Where the ranks of all linears after each reallocation are kept: step, then a rank for each. */
export const ranksKey = "ranks";

/**
 * What AdaLoRA does after a step: importance is updated until the last reallocation; at each one the
 * E of the least important triplets becomes zero; after the last one they stay zero.
 */
export function spendBudget(
  triplets: readonly Triplets[],
  schedule: BudgetSchedule,
  smoothing: Smoothing,
  { step, totalSteps, parameters, gradients, methodState }: AfterStep,
): ReadonlyMap<string, Float32Array> | undefined {
  const last = totalSteps - countOf(schedule.final, totalSteps);
  if (step < last) {
    for (const { a, b, e } of triplets) {
      for (const name of [a, b, e]) {
        updateImportance(name, parameters.get(name)!, gradients.get(name)!, smoothing, methodState);
      }
    }
  }
  const { budget, isDue } = budgetAt(schedule, step, totalSteps);
  if (isDue) reallocate(triplets, schedule.initialBudget - budget, step, methodState);
  if (!isDue && step <= last) return undefined;
  return new Map(triplets.map(({ path, e }) => {
    const kept = methodState.get(mask(path))!;
    return [e, parameters.get(e)!.map((each, k) => kept[k] ? each : 0)];
  }));
}

/** Smooths |w·g| and how far it strays from its mean. */
function updateImportance(
  name: string,
  values: Float32Array,
  slopes: Float32Array,
  { beta1, beta2 }: Smoothing,
  methodState: Map<string, Float32Array>,
): void {
  const means = methodState.get(mean(name)) ?? new Float32Array(values.length);
  const spreads = methodState.get(spread(name)) ?? new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const importance = Math.abs(values[i] * slopes[i]);
    means[i] = beta1 * means[i] + (1 - beta1) * importance;
    spreads[i] = beta2 * spreads[i] + (1 - beta2) * Math.abs(importance - means[i]);
  }
  methodState.set(mean(name), means);
  methodState.set(spread(name), spreads);
}

/** Masks every triplet whose score is at or under the `count`-th smallest. */
function reallocate(
  triplets: readonly Triplets[],
  count: number,
  step: number,
  methodState: Map<string, Float32Array>,
): void {
  const scores = triplets.map((each) => scoresOf(each, methodState));
  const sorted = Float32Array.from(scores.flatMap((each) => [...each])).toSorted();
  const threshold = count > 0 ? sorted[count - 1] : -Infinity;
  const ranks = triplets.map(({ path }, i) => {
    const kept = scores[i].map((score) => Number(score > threshold));
    methodState.set(mask(path), kept);
    return kept.reduce((sum, each) => sum + each, 0);
  });
  const before = methodState.get(ranksKey) ?? new Float32Array();
  methodState.set(ranksKey, Float32Array.from([...before, step, ...ranks]));
}

/** s(E) + the mean of s over A's row + the mean of s over B's column, with s = mean · spread. */
function scoresOf(
  { rank, inFeatures, outFeatures, a, b, e }: Triplets,
  methodState: ReadonlyMap<string, Float32Array>,
): Float32Array {
  const scores = (name: string) => {
    const spreads = methodState.get(spread(name))!;
    return methodState.get(mean(name))!.map((each, i) => each * spreads[i]);
  };
  const [ofA, ofB, ofE] = [scores(a), scores(b), scores(e)];
  return Float32Array.from({ length: rank }, (_, k) => {
    let row = 0;
    for (let i = 0; i < inFeatures; i++) row += ofA[k * inFeatures + i];
    let column = 0;
    for (let i = 0; i < outFeatures; i++) column += ofB[i * rank + k];
    return ofE[k] + (row / inFeatures + column / outFeatures);
  });
}

/** The ranks by linear: at the start, and after each reallocation. */
export function ranksOverTime(
  triplets: readonly Triplets[],
  methodState: ReadonlyMap<string, Float32Array>,
): SeriesPoint[] {
  const all = methodState.get(ranksKey) ?? new Float32Array();
  const width = triplets.length + 1;
  const point = (step: number, ranks: ArrayLike<number>): SeriesPoint => ({
    step,
    values: Object.fromEntries(triplets.map(({ path }, at) => [path, ranks[at]])),
  });
  return [
    point(0, triplets.map(({ rank }) => rank)),
    ...Array.from({ length: all.length / width }, (_, i) => {
      const [step, ...ranks] = all.subarray(i * width, (i + 1) * width);
      return point(step, ranks);
    }),
  ];
}
