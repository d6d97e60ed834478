/**
 * What a plan is assembled of: weights are read, a method is attached, the loss is made.
 *
 * @module
 */
import { withShares } from "../../combine/prune/kept_shares.ts";
import { loadModel } from "../../models/load_model.ts";
import type { ImageConfig } from "../../nn/family.ts";
import type { AttachedMethod, Method } from "../../nn/method.ts";
import { withImageSize } from "../../nn/image_size.ts";
import { type Model, openOn, textConfig } from "../../nn/model.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Examples } from "../../nn/task.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import type { SplitReport } from "../../data/split_report.ts";
import { checkPacking, packingObstacle } from "../../train/packing.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { givesNumber } from "./gives_number.ts";
import type { OpenedModel } from "./open_stage.ts";
import type { AnyLabelledTask } from "./read_stage.ts";
import { textRoom } from "./text_room.ts";

/** The examples of a task, whatever its answers are. */
// deno-lint-ignore no-explicit-any
export type AnyExamples = Examples<any, any>;

/** The rows of all splits as the model takes them. */
export interface EncodedSplits {
  readonly train: AnyExamples;
  readonly validation?: AnyExamples;
  readonly test: AnyExamples;
  readonly report: SplitReport;
}

/** A model with a method, and how many tokens it leaves to a text. */
export interface AttachedModel {
  readonly model: Model;
  readonly adapter: AttachedMethod;
  readonly maxTokens: number;
}

/** Reads a model's weights and puts the task's head on it. */
export async function loadWith(
  { reference, files, family, config, layers, shares = {} }: OpenedModel,
  { head }: Pick<AnyLabelledTask, "head">,
  { seed, quantize, signal }: {
    readonly seed: number;
    readonly quantize?: PlanSpec["quantize"];
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Model> {
  const whole = await loadModel({
    reference,
    config: files.config,
    weights: files.weights,
    head,
    families: [family],
    graph: files.graph,
    seed,
    ...(quantize ? { quantize } : {}),
    layers,
    signal,
  });
  const model = withShares(whole, shares);
  return family.input === "image" ? withImageSize(model, (config as ImageConfig).imageSize) : model;
}

/** Attaches a method; it may take tokens from the text, so that this comes before rows are encoded. */
export async function attachMethod(
  model: Model,
  method: Method,
  { tokenizer, config }: Pick<OpenedModel, "tokenizer" | "config">,
  { task, labels }: Pick<AnyLabelledTask, "task" | "labels">,
  settings: Pick<TrainSettings, "maxTokens" | "packing">,
): Promise<AttachedModel> {
  const adapter = await openOn(model, method, {
    ...(tokenizer ? { encode: (text: string) => Int32Array.from(tokenizer.encode(text).ids) } : {}),
    ...(labels.length > 0 && !givesNumber(task) ? { labels } : {}),
  });
  checkPacking(settings, packingObstacle({ model, adapter }));
  return { model, adapter, maxTokens: textRoom(settings.maxTokens, config, adapter) };
}

/** What is trained: the model, the method, and the loss over the training rows. */
export function trainableOf(
  { model, adapter }: Pick<AttachedModel, "model" | "adapter">,
  train: Pick<AnyExamples, "objective">,
  { labelSmoothing, classWeights, focalGamma }: Pick<
    TrainSettings,
    "labelSmoothing" | "classWeights" | "focalGamma"
  >,
): TrainableModel {
  const objective = train.objective({
    vocabSize: model.family.input === "text" ? textConfig(model).vocabSize : 0,
    hiddenSize: model.config.hiddenSize,
    afterVirtualTokens: adapter.input !== undefined,
    labelSmoothing,
    ...(classWeights === undefined ? {} : { classWeights }),
    ...(focalGamma ? { focalGamma } : {}),
  });
  return { model, adapter, objective };
}

/** Everything that a training needs of model and data. */
export interface Assembled extends AttachedModel {
  readonly data: EncodedSplits;
  readonly processor: Processor;
  readonly trainable: TrainableModel;
  /** What a reader of the scores must know of the head, in a sentence. */
  readonly headNote?: string;
}
