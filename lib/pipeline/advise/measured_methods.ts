/**
 * The methods on a person's training rows at equal budget, beside what needs no fine-tuning.
 *
 * @module
 */
import { adalora } from "../../adapters/adalora.ts";
import { full } from "../../adapters/full.ts";
import { head } from "../../adapters/head.ts";
import { lora } from "../../adapters/lora.ts";
import { pTuning } from "../../adapters/p_tuning.ts";
import { prefixTuning } from "../../adapters/prefix_tuning.ts";
import { promptTuning } from "../../adapters/prompt_tuning.ts";
import { qlora } from "../../adapters/qlora.ts";
import type { Metric } from "../../metrics/metric.ts";
import { metricOf } from "../../metrics/mod.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { Method } from "../../nn/method.ts";
import type { CompareSpec } from "../compare/compare_spec.ts";
import { differenceInterval, type ScoreDifference } from "../compare/difference_interval.ts";
import { compareMethods } from "../compare/run_comparison.ts";
import type { ReadData } from "../run/read_stage.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { TimedRun } from "./cost.ts";
import type { AdviceMethods } from "./evidence.ts";

/** The methods of the usual table of fine-tuning. */
export function usualMethods(): Record<string, Method> {
  return {
    lora: lora({ rank: 8 }),
    qlora: qlora(),
    adalora: adalora(),
    prefixTuning: prefixTuning(),
    promptTuning: promptTuning(),
    pTuning: pTuning(),
    head: head(),
    full: full(),
  };
}

/** A method's first run, on the rows that were held out of the training rows. */
export interface MeasuredRun extends TimedRun {
  readonly name: string;
  /** What it says of the rows that were held out. */
  readonly predictions: AnyPredictions;
}

/** What the methods reach. */
export interface MeasuredMethods extends AdviceMethods {
  /** The methods with a run, the best first. */
  readonly runs: readonly MeasuredRun[];
  /** What was trained on and scored; forecasts are compared with it. */
  readonly read: ReadData;
}

/** Trains and scores the methods; the test rows of the plan are not among the rows. */
export async function measureMethods(
  spec: CompareSpec,
  options: RunOptions,
): Promise<MeasuredMethods> {
  const { comparison, contenders, read } = await compareMethods(spec, options, {
    leavesOut: true,
  });
  const metric = metricOf(spec.task.metric) as Metric<number, AnyPredictions>;
  const found = comparison.rows.flatMap(({ name }) => {
    const { first, method, settings } = contenders.find((each) => each.name === name)!;
    return first ? [{ name, method, settings, first }] : [];
  });
  const [best] = found;
  const differences = Object.fromEntries(
    found.slice(1).map(({ name, first }) => {
      const difference = differenceInterval(metric, first.predictions, best.first.predictions);
      return [name, metric.better === "higher" ? difference : turned(difference)];
    }),
  );
  return {
    comparison,
    read,
    runs: found.map(({ name, method, settings, first }) => ({
      name,
      method,
      settings,
      seconds: first.figures.seconds,
      predictions: first.predictions,
    })),
    alike: Object.entries(differences).filter(([, { low }]) => !(low > 0)).map(([name]) => name),
    differences,
  };
}

function turned({ difference, low, high }: ScoreDifference): ScoreDifference {
  return { difference: -difference, low: -high, high: -low };
}
