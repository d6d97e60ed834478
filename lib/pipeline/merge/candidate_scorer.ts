/**
 * Scores merges in memory: one compiled model, into which the weights of one merge after the other are put.
 *
 * @module
 */
import { full } from "../../adapters/full.ts";
import { TunebookError } from "../../core/errors.ts";
import type { Device } from "../../engine/mod.ts";
import { type Model, modelWeights } from "../../nn/model.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { trainedTensors } from "../../nn/trained.ts";
import { trainSettings } from "../../train/train_options.ts";
import type { AnyMetric } from "../plan_spec.ts";
import { type AnyExamples, attachMethod, loadWith, trainableOf } from "../run/assemble_stage.ts";
import { checkTask } from "../run/check_task.ts";
import { dataForHead } from "../run/head_labels.ts";
import { openStage, processorOf } from "../run/open_stage.ts";
import type { ReadData } from "../run/read_stage.ts";
import { scorerOf } from "../run/score_stage.ts";

/** Rows that are held out. */
export type HeldOutName = "validation" | "test";

/** Says what merges say about rows. */
export interface CandidateScorer extends AsyncDisposable {
  /** What a merge says about held-out rows, which are encoded when they are first asked for. */
  predictions(merge: Model, rows: HeldOutName): Promise<AnyPredictions>;
  /** The metric's score of the validation rows. */
  validationScore(merge: Model, metric: AnyMetric): Promise<number>;
}

/** What merges are scored on. */
export interface CandidateContext {
  /** The folder of one of the merges, which all others are like. */
  readonly reference: string;
  readonly found: ReadData;
  readonly device: Device;
  readonly signal: AbortSignal;
}

/**
 * Opens the scorer. Throws an error of kind "unsupported" for a model with weights that no state holds, and for
 * rows that are compared with the model before a training.
 */
export async function openCandidateScorer(
  { reference, found, device, signal }: CandidateContext,
): Promise<CandidateScorer> {
  const opened = await openStage({ model: reference }, { signal });
  const { task, splits } = await dataForHead(opened, found);
  refusePreferences(task.task.kind);
  const settings = trainSettings({ epochs: 0 });
  const loaded = await loadWith(opened, task, { seed: settings.seed, signal });
  const { model, adapter, maxTokens } = await attachMethod(loaded, full(), opened, task, settings);
  checkTask(model, adapter, task);
  const tensors = trainedTensors(model, adapter);
  refuseOthers(model, tensors.map(({ name }) => name));
  const processor = processorOf(opened, maxTokens);
  const encoded = new Map<HeldOutName, Promise<AnyExamples>>();
  const examplesOf = async (rows: HeldOutName) => {
    const made = encoded.get(rows) ??
      task.examples(splits[rows]!, processor, { where: `the ${rows} data`, signal });
    encoded.set(rows, made);
    made.catch(() => encoded.delete(rows));
    return await made;
  };
  const state = device.createState(tensors, [parameters]);
  let scorer: ReturnType<typeof scorerOf> | undefined;
  const predictions = async (merge: Model, rows: HeldOutName) => {
    const examples = await examplesOf(rows);
    scorer ??= scorerOf(trainableOf({ model, adapter }, examples, settings), device);
    await state.write(parameters, merge.weights);
    return examples.predictions(await scorer.outputs(examples, { state, signal }));
  };
  return {
    predictions,
    async validationScore(merge, metric) {
      const said = await predictions(merge, "validation");
      await metric.prepare?.(said, { signal });
      return metric.compute(said) as number;
    },
    async [Symbol.asyncDispose]() {
      await scorer?.[Symbol.asyncDispose]();
      state.dispose();
    },
  };
}

function refusePreferences(kind: string): void {
  if (kind !== "preference") return;
  throw new TunebookError(
    "unsupported",
    "merges are not scored on preferences, which compare a model with what it was before a training; " +
      "give rows of another task",
  );
}

/** All weights must be in the state, or a candidate would keep those of another. */
function refuseOthers(model: Model, inState: readonly string[]): void {
  const held = new Set(inState);
  const others = modelWeights(model).map(({ path }) => path).filter((path) => !held.has(path));
  if (others.length === 0) return;
  throw new TunebookError(
    "unsupported",
    `merges of this model cannot be scored one after the other: nothing trains ${
      others.join(", ")
    }`,
  );
}
