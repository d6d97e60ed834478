/**
 * Explains what a model says about new images.
 *
 * @module
 */
import { withDisplay } from "../../core/display.ts";
import { TunebookError } from "../../core/errors.ts";
import { quoted, shownName } from "../../core/quoted.ts";
import type { Device, HeldWeights, State } from "../../engine/mod.ts";
import { type ExplainMethod, heatMaps } from "../../evaluate/explain/heat_maps.ts";
import { pngEncoder } from "../../image/encode_png.ts";
import type { LabelKind } from "../../data/labels.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Outputs } from "../../nn/task.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { calledImage } from "../../tasks/shared/image_input.ts";
import { saidLabels } from "../../tasks/shared/labelled_rows.ts";
import { joinOutputs } from "../../tasks/shared/text_examples.ts";
import type { AnyExamples } from "../run/assemble_stage.ts";
import { requireInputs } from "../run/predict_inputs.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import type { ExplainOptions } from "./explain_options.ts";
import { displayOfExplanations, type Explanation, shownExplanation } from "./explanation.ts";

/** A trained model whose answers can be explained. */
export interface ExplainableModel {
  readonly task: AnyLabelledTask;
  readonly processor: Processor;
  readonly device: Device;
  readonly held?: HeldWeights | undefined;
  trainableOf(examples: AnyExamples): TrainableModel;
  stateOf(): Promise<State | undefined>;
  outputsOf(examples: AnyExamples): Promise<Outputs>;
}

/** Lets the model answer, and explains each answer. Nothing stays compiled. */
export async function explainInputs(
  inputs: readonly unknown[],
  options: ExplainOptions,
  model: ExplainableModel,
  signal: AbortSignal,
): Promise<Explanation[]> {
  requireInputs(inputs, "explain");
  const { task, processor } = model;
  const labelAsked = askedLabel(task, options);
  if (inputs.length === 0) return [];
  const table = task.tableOf(inputs);
  const settings = { where: "the inputs", labelled: false, signal };
  const examples = await task.examples(table, processor, settings);
  const { images, feedsOf } = examples;
  if (!images) throw unexplained(task);
  const logits = await model.outputsOf(examples);
  const outputs = logits.map((row) => labelAsked ?? row.indexOf(row.reduce(larger)));
  const trainable = model.trainableOf(examples);
  const method = options.method ?? methodOf(trainable);
  if (method === "attentionRollout") refuseLabel(options);
  const maps = await heatMaps(
    trainable,
    {
      method,
      outputs,
      feedsOf,
      device: model.device,
      state: await model.stateOf(),
      held: model.held,
      signal,
    },
  );
  const { labels, task: { kind } } = task;
  const said = saidLabels(inputs.length, joinOutputs(logits), { kind: kind as LabelKind, labels });
  const encode = await pngEncoder();
  const explanations = await Promise.all(maps.map(async (heatMap, row) =>
    shownExplanation({
      image: calledImage(inputs[row]),
      method,
      label: labels[outputs[row]],
      score: said[row].probabilities[labels[outputs[row]]],
      heatMap,
      seen: await images.fitted(row),
      encode,
    })
  ));
  return withDisplay(explanations, displayOfExplanations);
}

const larger = (a: number, b: number) => b > a ? b : a;

/** The output of the label that was asked for, where one was. */
function askedLabel(task: AnyLabelledTask, { label }: ExplainOptions): number | undefined {
  if (task.task.input !== "image" || task.head.name !== "classification") throw unexplained(task);
  if (label === undefined) return undefined;
  const found = task.labels.indexOf(label);
  if (found >= 0) return found;
  throw new TunebookError(
    "input",
    `explain: there is no label ${quoted(label)}; they are ${
      task.labels.map(shownName).join(", ")
    }`,
  );
}

/** Attention is the same whichever label is asked for. */
function refuseLabel({ label }: ExplainOptions): void {
  if (label === undefined) return;
  throw new TunebookError(
    "input",
    "explain: attentionRollout shows what the model looks at, whatever the label; leave label out, or " +
      "take gradCam on a network of convolutions",
  );
}

function unexplained({ task: { name } }: AnyLabelledTask): TunebookError {
  return new TunebookError(
    "unsupported",
    `explain shows what a model looked at to classify an image, and the task here is ${name}`,
  );
}

/** The method that a model has: it follows attention over patches, else it looks at maps. */
function methodOf({ model: { family } }: TrainableModel): ExplainMethod {
  return family.stack && family.patchGrid ? "attentionRollout" : "gradCam";
}
