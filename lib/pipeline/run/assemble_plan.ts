/**
 * Model, method and task together: weights are read, the method is attached, rows become examples, and teachers are
 * asked about them.
 *
 * @module
 */
import { stopPoint } from "../../core/pauses.ts";
import { describeTables } from "../../data/report.ts";
import type { Method } from "../../nn/method.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Table } from "../../table/table.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { AskTeachersOptions } from "./ask_teachers.ts";
import {
  type AnyExamples,
  type Assembled,
  attachMethod,
  type EncodedSplits,
  loadWith,
  trainableOf,
} from "./assemble_stage.ts";
import { checkAdapterLabels } from "./check_adapter_labels.ts";
import { checkHead } from "./check_head.ts";
import { checkTask } from "./check_task.ts";
import { type DataForHead, headNoteOf } from "./head_labels.ts";
import { type OpenedModel, processorOf } from "./open_stage.ts";
import type { ReadData } from "./read_stage.ts";

/** Reads the weights, attaches the method, encodes the rows and makes the loss. */
export async function assembleStage(
  { quantize }: Pick<PlanSpec, "quantize">,
  opened: OpenedModel,
  data: DataForHead,
  { method, settings, signal, ...asking }: Pick<AskTeachersOptions, "device" | "quiet"> & {
    /** The plan's method with its files read. */
    readonly method: Method;
    readonly settings: TrainSettings;
    readonly signal: AbortSignal;
  },
): Promise<Assembled> {
  const mayStop = () => stopPoint(signal, () => "stopped before the training; nothing was trained");
  const model = await loadWith(opened, data.task, {
    seed: settings.seed,
    quantize: quantize ?? method.quantize,
    signal,
  });
  const attached = await attachMethod(model, method, opened, data.task, settings);
  await mayStop();
  const processor = processorOf(opened, attached.maxTokens);
  const encoded = await encodeSplits(data, processor, signal, {
    ...asking,
    student: opened.config,
  });
  checkTask(model, attached.adapter, data.task);
  checkAdapterLabels(attached.adapter.labels, data.task);
  if (settings.epochs === 0) checkHead(model, attached.adapter);
  const headNote = headNoteOf(data, attached, settings);
  return {
    ...attached,
    ...(headNote ? { headNote } : {}),
    data: encoded,
    processor,
    trainable: trainableOf(attached, encoded.train.rollouts ?? encoded.train, settings),
  };
}

/** Makes examples of all splits, asks the teachers of the training rows, and reports the data. */
export async function encodeSplits(
  { splits: read, task }: ReadData,
  processor: Processor,
  signal: AbortSignal | undefined,
  asking: Pick<AskTeachersOptions, "device" | "quiet" | "student">,
): Promise<EncodedSplits> {
  const where = "the training data";
  const about = { processor, where, signal, ...asking };
  const splits = { ...read, train: await written(task, { ...about, table: read.train }) };
  const encode = (name: keyof typeof splits, where: string) =>
    task.examples(splits[name]!, processor, { where, training: name === "train", signal });
  const train = await taught(await encode("train", where), {
    ...about,
    table: splits.train,
  });
  const test = await encode("test", "the test data");
  const validation = splits.validation && await encode("validation", "the validation data");
  const lengths = {
    train: train.lengths,
    test: test.lengths,
    ...(validation ? { validation: validation.lengths } : {}),
  };
  const inputs = {
    train: train.inputKeys?.(),
    test: test.inputKeys?.(),
    validation: validation?.inputKeys?.(),
  };
  const report = describeTables(splits, {
    ...task.task.report,
    inputs,
    // Images are all of one length.
    ...(processor.input === "text" ? { lengths } : {}),
  });
  return { train, test, ...(validation ? { validation } : {}), report };
}

/** The rows with the answers of a teacher, where one is to write them. */
async function written(task: ReadData["task"], options: AskTeachersOptions): Promise<Table> {
  if (!task.writtenBy) return options.table;
  const { writeRows } = await import("./write_rows.ts");
  return await writeRows(task, options);
}

/** The rows with what their teachers say, where they have some. */
async function taught(examples: AnyExamples, options: AskTeachersOptions): Promise<AnyExamples> {
  if (!examples.teaching) return examples;
  const { askTeachers } = await import("./ask_teachers.ts");
  return await askTeachers(examples, options);
}
