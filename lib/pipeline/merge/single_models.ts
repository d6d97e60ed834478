/**
 * What each model of a merge says alone.
 *
 * @module
 */
import { join } from "node:path";
import { passthrough } from "../../combine/merge/passthrough.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { AnyMetric } from "../plan_spec.ts";
import { progressFor } from "../run/progress_for.ts";
import type { RunOptions } from "../run/run_options.ts";
import { metricScores } from "../run/score_stage.ts";
import {
  type CandidateContext,
  type CandidateScorer,
  type HeldOutName,
  openCandidateScorer,
} from "./candidate_scorer.ts";
import type { SingleModel } from "./merge_outcome.ts";
import { modelAlone, openMergeSources } from "./merge_sources.ts";
import type { MergeSpec } from "./merge_spec.ts";
import type { MergeSources } from "./open_for_merge.ts";
import { writeMerge } from "./write_merge.ts";

/** Asks the models of a merge one by one. */
export interface SingleModels {
  predictions(name: string, rows: HeldOutName): Promise<AnyPredictions>;
}

/** What single models are asked with. */
export interface SingleContext extends Omit<CandidateContext, "reference"> {
  readonly of: MergeSources;
  /** Scores merges; models that have the same tensors too. */
  readonly scorer: CandidateScorer;
  /** Where a model may be written that is another one than the merge. */
  readonly folder: string;
}

/** A merge of other layers or other tokens is another model: each model is then opened by itself. */
export function singleModels(
  { models, merge: { slices, vocabulary } }: MergeSpec,
  { of, scorer, folder, ...context }: SingleContext,
): SingleModels {
  if (!slices && !vocabulary) {
    return { predictions: (name, rows) => scorer.predictions(modelAlone(of, name).model, rows) };
  }
  return {
    async predictions(name, rows) {
      const { device } = context;
      const given = { [name]: models[name] };
      const own = await openMergeSources(given, {}, { device, scratch: folder });
      const merge = modelAlone(own, name);
      const about = { models: given, options: { method: passthrough() }, ...own };
      const place = join(folder, `alone_${Object.keys(models).indexOf(name)}`);
      const { reference } = await writeMerge(place, { merge, like: own.sources[name], about });
      await using alone = await openCandidateScorer({ ...context, reference });
      return await alone.predictions(merge.model, rows);
    },
  };
}

/** The metric's score of the validation rows of each model. */
export async function validationOfSingles(
  singles: SingleModels,
  names: readonly string[],
  { metric, options }: { readonly metric: AnyMetric; readonly options: RunOptions },
): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  await eachModel(names, options, async (name) => {
    const said = await singles.predictions(name, "validation");
    await metric.prepare?.(said);
    found[name] = metric.compute(said) as number;
  });
  return found;
}

/** What each model scores on the test rows, by the metrics of what models say. */
export async function scoredSingles(
  { metrics, task, models }: MergeSpec,
  singles: SingleModels,
  options: RunOptions,
): Promise<Record<string, SingleModel>> {
  const asked = Object.entries(metrics).filter(([, { kinds }]) => kinds.includes(task.kind));
  const found: Record<string, SingleModel> = {};
  await eachModel(asked.length > 0 ? Object.keys(models) : [], options, async (name) => {
    const predictions = await singles.predictions(name, "test");
    for (const [, metric] of asked) await metric.prepare?.(predictions);
    const { scores, intervals } = metricScores(
      asked.map(([name, metric]) => ({ name, metric, predictions })),
    );
    found[name] = { scores, intervals, predictions };
  });
  return found;
}

async function eachModel(
  names: readonly string[],
  options: RunOptions,
  ask: (name: string) => Promise<void>,
): Promise<void> {
  const progress = progressFor(options, "models alone", names.length, "models");
  for (const [at, name] of names.entries()) {
    await ask(name);
    progress.update(at + 1);
  }
  progress.end();
}
