/**
 * What a search reads before its first trial: the data, the score that decides, and the encoded rows.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { type Device, openDevice } from "../../engine/mod.ts";
import { metricOf } from "../../metrics/mod.ts";
import { trainSettings } from "../../train/train_options.ts";
import type { AnyMetric } from "../plan_spec.ts";
import { type ReadData, readStage } from "../run/read_stage.ts";
import type { RunOptions } from "../run/run_options.ts";
import { type CheckedSearch, noValidation } from "./search_spec.ts";
import { suggestedPlan } from "./suggested_plan.ts";
import { type TrialBases, trialBases, type TrialRows } from "./trial_bases.ts";

/** What is read. */
export interface SearchBases extends AsyncDisposable {
  readonly read: ReadData;
  readonly judge: AnyMetric;
  readonly device: Device;
  readonly bases: TrialBases;
  readonly rows: TrialRows;
}

/**
 * Reads data and rows. What is wrong with the model or the rows is an error here, and no trial that fails.
 *
 * @throws {TunebookError} of kind `input` where there are no validation rows.
 */
export async function searchBases(
  search: CheckedSearch,
  { device: name, precision }: Pick<RunOptions, "device" | "precision">,
  signal: AbortSignal,
): Promise<SearchBases> {
  const { plan, laidOut, written } = search;
  const read = await readStage(plan, signal);
  if (!read.splits.validation) {
    throw mistakes("input", "this search makes no sense:", [noValidation()]);
  }
  const judge: AnyMetric = search.metric ?? metricOf(read.task.metric ?? plan.task.metric);
  const device = await openDevice(name, { precision });
  const bases = trialBases(read, device);
  // Another model may have as many layers and heads.
  const { layers: _, heads: __, feedForward: ___, ...spec } = suggestedPlan(
    plan,
    laidOut.suggestionOf(written),
  );
  try {
    const method = await spec.method.open?.() ?? spec.method;
    const settings = trainSettings(spec.train, method);
    const rows = await bases.rowsOf(spec, { method, settings, signal });
    return {
      ...{ read, judge, device, bases, rows },
      [Symbol.asyncDispose]: () => bases[Symbol.asyncDispose](),
    };
  } catch (error) {
    await bases[Symbol.asyncDispose]();
    throw error;
  }
}
