/**
 * What a plan is made of: frozen data, one part a stage.
 *
 * @module
 */
import type { LabelKind } from "../data/labels.ts";
import type { DeployTarget } from "../deploy/target.ts";
import type { QuantizationFormat } from "../engine/mod.ts";
import type { KeptLayers } from "../models/kept_layers.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Method } from "../nn/method.ts";
import type { Family } from "../nn/family.ts";
import type { AnyPredictions } from "../nn/predictions.ts";
import type { Task } from "../nn/task.ts";
import type { ReadSettings } from "../table/read_table.ts";
import type { Table } from "../table/table.ts";
import { textGeneration } from "../tasks/text_generation.ts";
import { textClassification } from "../tasks/text_classification.ts";
import type { Compute } from "../train/compute_option.ts";
import type { TrainOptions } from "../train/train_options.ts";
import type { WritingOptions } from "./evaluate_options.ts";
import type { PlanProbes } from "./probe/plan_probes.ts";

/** Rows in memory, a file or web address that `readTable` takes, or the name of a data set. */
export type DataSource = Table | string;

/** Which rows are held out, and how files are read. */
export interface SplitSettings {
  /** Rows for the final scores: a share or number of the data, or data of their own. 0.2 unless given. */
  readonly test?: number | DataSource;
  /** Rows for choosing the best checkpoint and stopping early, likewise; none unless given. */
  readonly validation?: number | DataSource;
  /** Seed of the split; 1 unless given. */
  readonly seed?: number;
  /**
   * How the files of the plan are read where their names and contents do not tell:
   * `{ separator: ";" }`, `{ quote: false }`, `{ format: "csv" }`.
   */
  readonly read?: ReadSettings;
}

/**
 * The short form of a task: labels of a text, or with `text` alone its next tokens. It is the same as
 * `textClassification` or `textGeneration` with the settings of the split.
 */
export interface DataOptions extends SplitSettings {
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
  /** The labels in their order, where rows have numbers for them. */
  readonly names?: readonly string[];
}

/** A task of any kind; what a plan holds of its types is in the plan's own type. */
// deno-lint-ignore no-explicit-any
export type AnyTask = Task<any, any, any>;

/** A metric of any kind. */
// deno-lint-ignore no-explicit-any
export type AnyMetric = Metric<unknown, any>;

/** All stages of a plan. */
export interface PlanSpec {
  readonly model: string;
  /** What people are told of the model where its folder says nothing to them; the reference unless given. */
  readonly calledAs?: string;
  /** How the model's linears are held; float32, or what the method asks for, unless given. */
  readonly quantize?: QuantizationFormat;
  /** How many of the model's layers are kept, from the first one, or which; all unless given. */
  readonly layers?: KeptLayers;
  /** The share of each layer's attention heads that is kept; all unless given. */
  readonly heads?: number;
  /** The share of the width of each layer's feed-forward part that is kept; all unless given. */
  readonly feedForward?: number;
  /** A family of one's own, for models whose type tunebook does not know. */
  readonly family?: Family;
  readonly data: DataSource;
  readonly task: AnyTask;
  readonly split: SplitSettings;
  readonly method: Method;
  readonly train: TrainOptions;
  readonly metrics: Readonly<Record<string, AnyMetric>>;
  /** How answers of held-out rows, and samples, are written. */
  readonly generate?: WritingOptions;
  /** The model whose features of drawn images are compared. */
  readonly features?: string;
  /** In which numbers scores are computed; float32 unless given. */
  readonly evaluateCompute?: Compute;
  /** Whether the model is scored before its training, too. */
  readonly evaluateBefore?: boolean;
  /** Tests of the trained model's behaviour; none unless given. */
  readonly probes?: PlanProbes;
  readonly targets: readonly DeployTarget[];
}

/** The task that the short form stands for, and its split. */
export function taskOfColumns(
  { test, validation, seed, read, ...columns }: DataOptions,
): { readonly task: Task<AnyPredictions>; readonly split: SplitSettings } {
  const split = {
    ...(test === undefined ? {} : { test }),
    ...(validation === undefined ? {} : { validation }),
    ...(seed === undefined ? {} : { seed }),
    ...(read === undefined ? {} : { read }),
  };
  const { text, label } = columns;
  return label === undefined
    ? { task: textGeneration({ text }) as Task<AnyPredictions>, split }
    : { task: textClassification({ ...columns, label }) as Task<AnyPredictions>, split };
}

/** The share of the data that is held out for the scores. */
export const defaultTestShare = 0.2;
/** The seed of a split, a head, an adapter. */
export const defaultSeed = 1;
