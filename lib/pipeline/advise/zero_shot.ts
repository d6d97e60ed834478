/**
 * What a language model says of texts without training: how likely each label is after a text.
 *
 * @module
 */
import type { Device } from "../../engine/mod.ts";
import { createPredictor } from "../../evaluate/predict.ts";
import { noAdapter } from "../../nn/merge.ts";
import type { Predictions } from "../../nn/predictions.ts";
import { tableFromColumns } from "../../table/table.ts";
import { textGeneration } from "../../tasks/text_generation.ts";
import { loadWith, trainableOf } from "../run/assemble_stage.ts";
import { type OpenedModel, processorOf } from "../run/open_stage.ts";

/** What is asked. */
export interface ZeroShotOptions {
  /** The classes that it may say. */
  readonly labels: readonly string[];
  /** What a label is called, the column's name. */
  readonly asked: string;
  readonly maxTokens: number;
  readonly device: Device;
  readonly signal: AbortSignal;
}

/** True for a model that continues texts. */
export function canContinue({ family }: OpenedModel): boolean {
  return Object.hasOwn(family.heads, "language") && !family.decoder;
}

/** A text without content, by which it is told how likely each label is anyway. */
const emptyText = "N/A";

/**
 * The label whose probability rises most by the text: log P(label | text) − log P(label | "N/A"), since a model has
 * words that it likes (contextual calibration: Zhao et al., "Calibrate before use", 2021, arXiv 2102.09690). The
 * prompt is the text, and on a line of its own the name of the column with a colon.
 */
export async function zeroShot(
  opened: OpenedModel,
  texts: readonly string[],
  { labels, asked, maxTokens, device, signal }: ZeroShotOptions,
): Promise<string[]> {
  const { tokenizer } = opened;
  const beginnings = [...texts, emptyText].map((text) =>
    `${beginningOf(text, maxTokens, tokenizer!)}\n${asked}:`
  );
  const whole = beginnings.flatMap((beginning) => labels.map((label) => `${beginning} ${label}`));
  const losses = await lossesOf(opened, whole, { maxTokens, device, signal });
  const at = (text: number, label: number) => losses[text * labels.length + label];
  return texts.map((_, text) => {
    const gains = labels.map((_, label) => at(texts.length, label) - at(text, label));
    // All prompts of a text have the same beginning, whose loss is no part of the comparison.
    return labels[gains.indexOf(Math.max(...gains))];
  });
}

/** Tokens of a prompt beside the text: the name, the label. */
const promptTokens = 24;

function beginningOf(
  text: string,
  maxTokens: number,
  tokenizer: NonNullable<OpenedModel["tokenizer"]>,
): string {
  const room = Math.max(1, maxTokens - promptTokens);
  const { length } = tokenizer.encode(text).ids;
  return length <= room ? text : text.slice(0, Math.floor(text.length * room / length));
}

/** The loss of all tokens of each text. */
async function lossesOf(
  opened: OpenedModel,
  texts: readonly string[],
  { maxTokens, device, signal }: Pick<ZeroShotOptions, "maxTokens" | "device" | "signal">,
): Promise<Float64Array> {
  const table = tableFromColumns({ text: texts }, "the prompts");
  const task = textGeneration({ text: "text" }).withLabels([]);
  const examples = await task.examples(table, processorOf(opened, maxTokens), {
    where: "the prompts",
    signal,
  });
  const model = await loadWith(opened, task, { seed: 1, signal });
  const trainable = trainableOf({ model, adapter: noAdapter }, examples, {
    labelSmoothing: 0,
    focalGamma: 0,
  });
  const predictor = await createPredictor(trainable, device, undefined);
  try {
    const outputs = await predictor.outputs(examples, { signal });
    const { logits, truth } = examples.predictions(outputs) as Predictions<"language">;
    return Float64Array.from(logits, (loss, row) => loss * truth[row]);
  } finally {
    await predictor.dispose();
  }
}
