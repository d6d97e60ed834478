/**
 * The peak memory of a candidate's training, in a process of its own.
 *
 * @module
 */
import { messageOf } from "../../core/errors.ts";
import { isInterruption } from "../../core/interruption.ts";
import { canRunApart, runApart, writeSplits } from "../compare/run_apart.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { Candidate } from "./candidates.ts";
import { foldSettings, foldSplits } from "./fold_runs.ts";
import type { Pool } from "./pool.ts";
import type { FoldRows } from "./pool_folds.ts";

/** What was measured, or why it was not. */
export interface PeakMemory {
  readonly peakBytes?: number;
  readonly note?: string;
}

/** Trains a candidate for an epoch on the rows of a fold; longer trainings use the same memory again. */
export async function peakMemory(
  { name, spec }: Candidate,
  pool: Pool,
  rows: FoldRows,
  { options, signal }: { readonly options: RunOptions; readonly signal: AbortSignal },
): Promise<PeakMemory> {
  const { model, quantize, task, method } = spec;
  if (!canRunApart(method, spec)) {
    return {
      note: `peak memory of ${name} was not measured: another process does not know its parts`,
    };
  }
  const { keepBest: _, patience: __, validateEvery: ___, ...settings } = foldSettings(
    spec,
    method,
    1,
  );
  try {
    const { train, test } = foldSplits(pool, rows);
    await using files = await writeSplits({ train, test }, task.columns);
    const figures = await runApart({
      plan: { model, ...(quantize ? { quantize } : {}) },
      task: { name: task.name, settings: task.settings },
      files: files.files,
      method: { name: method.method, settings: method.settings },
      settings: { ...settings, keepBest: false, epochs: Math.min(1, settings.epochs) },
      ...(options.device ? { device: options.device } : {}),
      ...(options.precision ? { precision: options.precision } : {}),
    }, { signal });
    const { peakBytes } = figures;
    return peakBytes === undefined ? {} : { peakBytes };
  } catch (error) {
    if (isInterruption(error)) throw error;
    return { note: `peak memory of ${name} was not measured: ${messageOf(error)}` };
  }
}
