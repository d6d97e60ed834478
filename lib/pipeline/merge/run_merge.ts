/**
 * Runs a merge with rows: opened, chosen, merged, scored, deployed.
 *
 * @module
 */
import { join } from "node:path";
import type { ModelWeights } from "../../combine/merge/tensor_weights.ts";
import { mistakes } from "../../core/errors.ts";
import { checkFolders } from "../../deploy/check_targets.ts";
import { openDevice } from "../../engine/mod.ts";
import { metricOf } from "../../metrics/mod.ts";
import { referenceOf } from "../../weights/reference.ts";
import type { AnyMetric } from "../plan_spec.ts";
import { checkAlone } from "../run/check_alone.ts";
import { onInterrupt } from "../run/on_interrupt.ts";
import { type ReadData, readStage } from "../run/read_stage.ts";
import { checkRunOptions, type RunOptions } from "../run/run_options.ts";
import { runPlan } from "../run/run_plan.ts";
import { sourcesOf } from "../run/sources.ts";
import { metricOfOptions } from "../search/search_spec.ts";
import { type CandidateScorer, openCandidateScorer } from "./candidate_scorer.ts";
import { noValidationRows } from "./choice_options.ts";
import { chooseGreedySoup } from "./greedy_soup.ts";
import { localSources } from "./local_sources.ts";
import type { MergeChoice } from "./merge_choice.ts";
import { type MergeReceipt, mergeReceipt } from "./merge_receipt.ts";
import type { SingleModel } from "./merge_outcome.ts";
import { type MergeResult, mergeResultOf } from "./merge_result.ts";
import { mergeOf, openMergeSources, weightsOfAll } from "./merge_sources.ts";
import { type MergeSpec, planOfMerge, refuseMergeMistakes } from "./merge_spec.ts";
import type { MergeSources } from "./open_for_merge.ts";
import { chooseWeights } from "./search_weights.ts";
import {
  scoredSingles,
  type SingleModels,
  singleModels,
  validationOfSingles,
} from "./single_models.ts";
import { writeMerge, writeReceipt } from "./write_merge.ts";

type WeightsByName = Readonly<Record<string, ModelWeights>>;

/** Does everything. The folder of the merged model is kept until the result is disposed of. */
export async function runMerge(
  spec: MergeSpec,
  options: RunOptions = {},
): Promise<MergeResult<unknown>> {
  checkRunOptions(options);
  const { trackers: _, name: __, ...alone } = options;
  checkAlone("merge(…).run()", alone);
  refuseMergeMistakes(spec);
  const { models, merge: { base } } = spec;
  const local = await localSources({ ...models, ...(base === undefined ? {} : { base }) });
  const rows = await sourcesOf(planOfMerge(spec, referenceOf(Object.values(models)[0])));
  await checkFolders(spec.targets, [...local, ...rows]);
  const folder = await Deno.makeTempDir({ prefix: "tunebook_merge_" });
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    return await runIn(folder, spec, options, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

async function runIn(
  folder: string,
  spec: MergeSpec,
  options: RunOptions,
  remove: () => Promise<void>,
): Promise<MergeResult<unknown>> {
  using interrupt = onInterrupt(options.signal);
  const { signal } = interrupt;
  const found = await readStage(spec, signal);
  if (spec.choice && !found.splits.validation) {
    throw mistakes("input", "this merge makes no sense:", [noValidationRows()]);
  }
  const opened = await openDevice(options.device, { precision: options.precision });
  const device = opened.inFloat32 ?? opened;
  const of = await openMergeSources(spec.models, spec.merge, { device, scratch: folder });
  const write = (weights: WeightsByName, place: string) =>
    writeChosen(of, spec, weights, join(folder, place));
  const written = weightsOfAll(spec.models, spec.merge);
  const first = await write(written, "merged");
  await using scorer = await openCandidateScorer({
    ...{ reference: first.reference, found, device, signal },
  });
  const alone = singleModels(spec, { of, scorer, folder, found, device, signal });
  const choosing = { of, scorer, singles: alone, written, found, options, signal };
  const choice = spec.choice && await chosen(spec, choosing);
  const receipt = choice ? await write(choice.weights, "chosen") : first;
  const calledAs = `${receipt.method} of ${Object.keys(receipt.models).join(", ")}`;
  const plan = { ...planOfMerge(spec, receipt.reference), calledAs };
  const result = await runPlan(plan, { ...options, signal });
  try {
    const singles = await scoredSingles(spec, alone, options);
    const full = withScores(receipt, { choice, singles, scores: result.scores });
    const receipts: MergeReceipt[] = [];
    for (const { folder: place, isFile, isPublic, modelFolder = "" } of spec.targets) {
      const own = { ...full, folder: place, reference: referenceOf(place) };
      receipts.push(mergeReceipt(own));
      if (!isFile && !isPublic) await writeReceipt(join(place, modelFolder), own);
    }
    return mergeResultOf({ spec, result, receipt: full, receipts, singles, choice, remove });
  } catch (error) {
    await result.dispose();
    throw error;
  }
}

async function writeChosen(
  of: MergeSources,
  { models, merge }: MergeSpec,
  weights: WeightsByName,
  folder: string,
): Promise<MergeReceipt> {
  const like = Object.values(of.sources)[0];
  const inIt = Object.fromEntries(Object.keys(weights).map((name) => [name, models[name]]));
  const options = merge.method.weighted ? { ...merge, weights } : merge;
  return await writeMerge(folder, {
    merge: mergeOf(of, weights, merge),
    like,
    about: { models: inIt, options, sources: of.sources, base: of.base },
  });
}

async function chosen(
  { merge, choice, task: given }: MergeSpec,
  { of, scorer, singles, written, found, options, signal }: {
    readonly of: MergeSources;
    readonly scorer: CandidateScorer;
    readonly singles: SingleModels;
    readonly written: WeightsByName;
    readonly found: ReadData;
    readonly options: RunOptions;
    readonly signal: AbortSignal;
  },
): Promise<MergeChoice> {
  const metric: AnyMetric = metricOfOptions(choice!.options, given) ??
    metricOf(found.task.metric ?? given.metric);
  const names = Object.keys(of.sources);
  const alone = await validationOfSingles(singles, names, { metric, options });
  const work = { of, merge, metric, scorer, singles: alone, options, signal };
  if (choice!.by === "searched weights") return await chooseWeights(choice!.options, written, work);
  return await chooseGreedySoup(work);
}

/** The receipt with what is known after the scores. */
function withScores(
  receipt: MergeReceipt,
  { choice, singles, scores }: {
    readonly choice: MergeChoice | undefined;
    readonly singles: Readonly<Record<string, SingleModel>>;
    readonly scores: unknown;
  },
): MergeReceipt {
  const models = Object.entries(receipt.models).map(([name, from]) => {
    const own = singles[name];
    return [name, own ? { ...from, scores: numbersOf(own.scores) } : from];
  });
  return {
    ...receipt,
    models: Object.fromEntries(models),
    ...(choice ? { choice: choiceReceiptOf(choice) } : {}),
    scores: numbersOf(scores as Readonly<Record<string, unknown>>),
  };
}

function choiceReceiptOf(
  { by, metric, score, singles, trials }: MergeChoice,
): MergeReceipt["choice"] {
  return { by, metric, score, singles, trials: trials.length };
}

function numbersOf(scores: Readonly<Record<string, unknown>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(scores).filter((entry): entry is [string, number] =>
      typeof entry[1] === "number"
    ),
  );
}
