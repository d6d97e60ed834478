/**
 * The model and the rows of the cases with data, made ready as a run of a plan does it.
 *
 * @module
 */
import { dataSets } from "../datasets/mod.ts";
import { head } from "../lib/adapters/head.ts";
import { lora } from "../lib/adapters/lora.ts";
import { splitTable } from "../lib/data/split.ts";
import { loadModel, readModelConfig } from "../lib/models/load_model.ts";
import { attachTo, type Model } from "../lib/nn/model.ts";
import type { TrainableModel } from "../lib/nn/trainable_model.ts";
import { prepareData, type PreparedRows, readSplits } from "../lib/pipeline/run/prepare_data.ts";
import type { Table } from "../lib/table/table.ts";
import { classificationObjective } from "../lib/tasks/shared/classification_objective.ts";
import { loadTokenizer } from "../lib/text/tokenizer.ts";
import { type TrainSettings, trainSettings } from "../lib/train/train_options.ts";
import type { ModelFolder } from "../lib/weights/model_files.ts";
import { resolveModel } from "../lib/weights/resolve_model.ts";
import { alpha, encoder, type EpochCase, rank, targets } from "./cases.ts";

/** A data set to train on. */
export type DataCase =
  & Pick<EpochCase, "data" | "maxTokens" | "rows">
  & Partial<Pick<EpochCase, "method" | "epochs">>;

/** What a training run needs. */
export interface OurData {
  readonly rows: PreparedRows;
  readonly settings: TrainSettings;
  /** A model with fresh adapters. */
  trainable(): TrainableModel;
  /** The same rows, model and settings for the other side. */
  forPeer(): Record<string, unknown>;
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
  const splits = await readSplits(source, columns);
  const files = await resolveModel(encoder);
  const { family, config, json } = await readModelConfig(files.config);
  const tokenizer = await loadTokenizer({
    tokenizer: files.tokenizer!,
    modelType: family.modelType,
    config: json,
  });
  const prepared = await prepareData(splits, columns, {
    tokenizer,
    maxTokens: Math.min(maxTokens, config.maxTokens),
    padId: config.padId,
    usesTypes: family.usesTypes,
  });
  const model: Model = await loadModel({
    reference: encoder,
    config: files.config,
    weights: files.weights,
    outputs: prepared.outputs,
    seed: settings.seed,
  });
  const { train } = prepared;
  return {
    rows: train,
    settings,
    trainable: () => ({
      model,
      adapter: attachTo(model, method === "lora" ? lora({ rank, alpha, targets }) : head()),
      objective: classificationObjective({
        kind: "single",
        outputs: prepared.outputs,
        targets: train.targets,
      }),
    }),
    forPeer: () => ({ method, ...peerData(files, train, prepared.outputs, settings) }),
  };
}

/** Some rows of a table, seeded, each class with its share. */
function drawRows(table: Table, rows: number, label: string): Table {
  return splitTable(table, { test: rows, seed, stratify: label }).test;
}

function peerData(
  { config, weights, tokenizer }: ModelFolder,
  { encoded, truth }: PreparedRows,
  outputs: number,
  settings: TrainSettings,
): Record<string, unknown> {
  return {
    config,
    weights,
    tokenizer,
    outputs,
    rank,
    alpha,
    targets,
    settings,
    examples: encoded.examples.map(({ ids }, row) => ({
      input_ids: Array.from(ids),
      label: truth[row],
    })),
  };
}
