/**
 * What a plan is made of: frozen data, one part a stage.
 *
 * @module
 */
import type { LabelKind } from "../data/labels.ts";
import type { DeployTarget } from "../deploy/target.ts";
import type { PackedFormat } from "../engine/mod.ts";
import type { Metric, PredictionKind } from "../metrics/metric.ts";
import type { Adapter } from "../nn/adapter.ts";
import type { Table } from "../table/table.ts";
import type { TrainOptions } from "../train/train_options.ts";

/** Rows in memory, a file or web address that `readTable` takes, or the name of a data set. */
export type DataSource = Table | string;

/** What the columns mean, and which rows are held out. */
export interface DataOptions {
  /** The column of the text. */
  readonly text: string;
  /** The column of a second text, for tasks on pairs. */
  readonly pair?: string;
  /** The column to predict; without one the model learns to predict each text's next token. */
  readonly label?: string;
  /** One label a row, several, or a number; `single` unless given. */
  readonly kind?: LabelKind;
  /** What stands between the labels of a row; `multi` only. */
  readonly separator?: string;
  /** Rows for the final scores: a share or number of the data, or data of their own. 0.2 unless given. */
  readonly test?: number | DataSource;
  /** Rows for choosing the best state and stopping early, likewise; none unless given. */
  readonly validation?: number | DataSource;
  /** Seed of the split; 1 unless given. */
  readonly seed?: number;
}

/** All stages of a plan. */
export interface PlanParts {
  readonly model: string;
  /** How the model's linears are held; float32, or what the method asks for, unless given. */
  readonly quantize?: PackedFormat;
  readonly data: DataSource;
  readonly columns: DataOptions;
  readonly method: Adapter;
  readonly train: TrainOptions;
  readonly metrics: Readonly<Record<string, Metric<unknown>>>;
  readonly targets: readonly DeployTarget[];
}

/** What a model says about a row with these columns. */
export function kindOf({ label, kind = "single" }: DataOptions): PredictionKind {
  return label === undefined ? "language" : kind;
}

/** The columns that are read. */
export function columnsOf({ text, pair, label }: DataOptions): string[] {
  return [text, pair, label].filter((name) => name !== undefined);
}

/** The share of the data that is held out for the scores. */
export const defaultTestShare = 0.2;
/** The seed of a split, a head, an adapter. */
export const defaultSeed = 1;
