/**
 * The model and the rows of the cases with data, made ready as a run of a plan does it.
 *
 * @module
 */
import { dataSets } from "../datasets/mod.ts";
import { head } from "../lib/adapters/head.ts";
import { lora } from "../lib/adapters/lora.ts";
import { splitTable } from "../lib/data/split.ts";
import type { TrainableModel } from "../lib/nn/trainable_model.ts";
import { encodeSplits } from "../lib/pipeline/run/assemble_plan.ts";
import {
  type AnyExamples,
  attachMethod,
  loadWith,
  trainableOf,
} from "../lib/pipeline/run/assemble_stage.ts";
import { openStage, processorOf } from "../lib/pipeline/run/open_stage.ts";
import { readStage } from "../lib/pipeline/run/read_stage.ts";
import { columnValues } from "../lib/table/columns.ts";
import type { Table } from "../lib/table/table.ts";
import { textClassification } from "../lib/tasks/text_classification.ts";
import { type TrainSettings, trainSettings } from "../lib/train/train_options.ts";
import type { ModelFolder } from "../lib/weights/model_files.ts";
import { alpha, encoder, type EpochCase, rank, targets } from "./cases.ts";

/** A data set to train on. */
export type DataCase =
  & Pick<EpochCase, "data" | "maxTokens" | "rows">
  & Partial<Pick<EpochCase, "method" | "epochs">>;

/** What a training run needs. */
export interface OurData {
  readonly rows: AnyExamples;
  readonly settings: TrainSettings;
  /** A model with fresh adapters. */
  trainable(): Promise<TrainableModel>;
  /** The same rows, model and settings for the other side. */
  forPeer(): Promise<Record<string, unknown>>;
}

const seed = 1;

/** Reads model and data, for training with the settings that a user gets by default. */
export async function openData(
  { data, maxTokens, rows, method = "lora", epochs = 1 }: DataCase,
): Promise<OurData> {
  const settings = trainSettings({ epochs, maxTokens });
  const { card } = dataSets[data];
  if (card.task !== "text-classification") throw new TypeError(`${data} has no labels of texts`);
  const { columns } = card;
  const source = rows === undefined ? data : drawRows(await dataSets[data](), rows, columns.label);
  const read = await readStage({ data: source, task: textClassification(columns), split: {} });
  const opened = await openStage({ model: encoder });
  const model = await loadWith(opened, read.task, { seed: settings.seed });
  const adapter = method === "lora" ? lora({ rank, alpha, targets }) : head();
  const attach = () => attachMethod(model, adapter, opened, read.task, settings);
  const { maxTokens: room } = await attach();
  const { train } = await encodeSplits(read, processorOf(opened, room), undefined, {
    student: opened.config,
  });
  const labels = columnValues(read.splits.train, columns.label)
    .map((label) => read.task.labels.indexOf(String(label)));
  return {
    rows: train,
    settings,
    trainable: async () => trainableOf(await attach(), train, settings),
    forPeer: async () => ({
      method,
      ...await peerData(opened.files, train, labels, read.task.labels.length, settings),
    }),
  };
}

/** Some rows of a table, seeded, each class with its share. */
function drawRows(table: Table, rows: number, label: string): Table {
  return splitTable(table, { test: rows, seed, stratify: label }).test;
}

async function peerData(
  { config, weights, tokenizer }: ModelFolder,
  rows: AnyExamples,
  labels: readonly number[],
  outputs: number,
  settings: TrainSettings,
): Promise<Record<string, unknown>> {
  return {
    config,
    weights,
    tokenizer,
    outputs,
    rank,
    alpha,
    targets,
    settings,
    examples: await Promise.all(labels.map(async (label, row) => ({
      input_ids: Array.from((await rows.feedsOf([row])).input_ids.data),
      label,
    }))),
  };
}
