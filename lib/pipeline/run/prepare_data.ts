/**
 * Tables → encoded rows and targets for each split.
 *
 * @module
 */
import { dataSets, findDataSet } from "../../../datasets/mod.ts";
import { TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { type EncodedRows, encodeRows } from "../../data/encode_rows.ts";
import { batchFeeds } from "../../data/feeds.ts";
import { type Labels, readLabels } from "../../data/labels.ts";
import { describeSplits, type SplitReport } from "../../data/report.ts";
import { type Splits, splitTable } from "../../data/split.ts";
import type { HostTensor } from "../../engine/mod.ts";
import type { PredictionKind } from "../../metrics/metric.ts";
import { requireColumns } from "../../table/columns.ts";
import { formatOf, readTable } from "../../table/read_table.ts";
import type { Table } from "../../table/table.ts";
import type { BatchLayout } from "../../text/batch_layout.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { checkRows, checkSplitLabels } from "./check_rows.ts";
import {
  columnsOf,
  type DataOptions,
  type DataSource,
  defaultSeed,
  defaultTestShare,
  kindOf,
} from "../plan_parts.ts";

/** The rows of one split, ready for a model. */
export interface PreparedRows {
  readonly lengths: Int32Array;
  feedsOf(rows: ArrayLike<number>): Record<string, HostTensor>;
  packedFeedsOf(rows: ArrayLike<number>, layout: BatchLayout): Record<string, HostTensor>;
  /** [rows · outputs]: one-hot, zeros and ones, or numbers; empty without labels. */
  readonly targets: Float32Array;
  /** What metrics compare with: class ids, zeros and ones, numbers, or counts of next tokens. */
  readonly truth: ArrayLike<number>;
  readonly encoded: EncodedRows;
}

/** All splits. */
export interface PreparedData {
  readonly kind: PredictionKind;
  readonly labels: readonly string[];
  readonly outputs: number;
  readonly train: PreparedRows;
  readonly validation?: PreparedRows;
  readonly test: PreparedRows;
  readonly report: SplitReport;
}

/** What a batch looks like to the model. */
export interface Encoding {
  readonly tokenizer: Tokenizer;
  readonly maxTokens: number;
  readonly padId: number;
  readonly usesTypes: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the data, splits it, and checks columns and labels, before any model is loaded. */
export async function readSplits(
  source: DataSource,
  columns: DataOptions,
  signal?: AbortSignal,
): Promise<Splits> {
  const load = async (from: DataSource) =>
    typeof from === "string" ? await openSource(from, signal) : from;
  const { test = defaultTestShare, validation } = columns;
  const data = await load(source);
  checkRows(data, columns, typeof source === "string" ? source : "the data");
  const apart: { test?: Table; validation?: Table } = {};
  for (const [name, given] of Object.entries({ test, validation })) {
    if (given === undefined || typeof given === "number") continue;
    const table = await load(given);
    requireColumns(table, columnsOf(columns), `the ${name} data`);
    if (table.numRows() === 0) throw new TunebookError("data", `the ${name} data has no rows`);
    apart[name as keyof typeof apart] = table;
  }
  const cut = cutSplits(data, {
    ...(typeof test === "number" ? { test } : {}),
    ...(typeof validation === "number" ? { validation } : {}),
  }, columns);
  checkSplitLabels(cut, columns);
  return { ...cut, ...apart } as Splits;
}

/** Cuts off what was given as a size. A split with data of its own leaves the rest to training. */
function cutSplits(
  data: Table,
  { test, validation }: { test?: number; validation?: number },
  { seed = defaultSeed, kind = "single", label }: DataOptions,
): Partial<Splits> {
  const stratify = kind === "single" && label !== undefined ? { stratify: label } : {};
  if (test !== undefined) {
    return splitTable(data, { test, seed, ...stratify, ...(validation ? { validation } : {}) });
  }
  if (!validation) return { train: data };
  const { train, test: held } = splitTable(data, { test: validation, seed, ...stratify });
  return { train, validation: held };
}

async function openSource(source: string, signal: AbortSignal | undefined): Promise<Table> {
  const known = findDataSet(source);
  if (known) return await known.read();
  if (!formatOf(source) && !source.includes(":") && !await isFile(source)) {
    const names = Object.keys(dataSets);
    throw new TunebookError(
      "input",
      `"${source}" is no file and no data set${didYouMean(source, names)}. Data sets: ` +
        names.join(", "),
    );
  }
  return await readTable(source, { signal });
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((stat) => stat.isFile, () => false);
}

/** Reads the labels of the training rows, where there are any. */
export function readTrainingLabels(
  { train }: Pick<Splits, "train">,
  { label, kind = "single", separator }: DataOptions,
): Labels | undefined {
  if (label === undefined) return undefined;
  return readLabels(train, label, kind, {
    where: "the training data",
    ...(separator ? { separator } : {}),
  });
}

/** Encodes the texts and reads the labels of every split. */
export async function prepareData(
  splits: Splits,
  columns: DataOptions,
  encoding: Encoding,
): Promise<PreparedData> {
  const { label, kind = "single", separator } = columns;
  const trainLabels = readTrainingLabels(splits, columns);
  const names = trainLabels?.names ?? [];
  const labelsOf = (table: Table, where: string): Labels | undefined =>
    label === undefined ? undefined : readLabels(table, label, kind, {
      where,
      ...(kind === "regression" ? {} : { names }),
      ...(separator ? { separator } : {}),
    });
  const train = await prepareRows(splits.train, trainLabels, columns, encoding, "training data");
  const test = await prepareRows(
    splits.test,
    labelsOf(splits.test, "the test data"),
    columns,
    encoding,
    "test data",
  );
  const validation = splits.validation && await prepareRows(
    splits.validation,
    labelsOf(splits.validation, "the validation data"),
    columns,
    encoding,
    "validation data",
  );
  const lengths = {
    train: train.lengths,
    test: test.lengths,
    ...(validation ? { validation: validation.lengths } : {}),
  };
  return {
    kind: kindOf(columns),
    labels: names,
    outputs: names.length,
    train,
    test,
    ...(validation ? { validation } : {}),
    report: describeSplits(splits, {
      text: columns.text,
      ...(label === undefined ? {} : { label }),
      ...(separator ? { separator } : {}),
      regression: kind === "regression",
      lengths,
    }),
  };
}

async function prepareRows(
  table: Table,
  labels: Labels | undefined,
  { text, pair }: DataOptions,
  { tokenizer, maxTokens, padId, usesTypes, signal }: Encoding,
  where: string,
): Promise<PreparedRows> {
  const encoded = await encodeRows(table, tokenizer, {
    text,
    maxTokens,
    where: `the ${where}`,
    signal,
    ...(pair ? { pair } : {}),
  });
  const { lengths, examples } = encoded;
  return {
    lengths,
    encoded,
    ...(labels ? targetsOf(labels) : {
      targets: new Float32Array(),
      truth: lengths.map((length) => Math.max(0, length - 1)),
    }),
    feedsOf: (rows) => batchFeeds(examples, rows, { padId, usesTypes }),
    packedFeedsOf: (rows, layout) => batchFeeds(examples, rows, { padId, usesTypes, layout }),
  };
}

function targetsOf(labels: Labels): Pick<PreparedRows, "targets" | "truth"> {
  return labels.kind === "single"
    ? { targets: oneHot(labels.ids, labels.names.length), truth: labels.ids }
    : { targets: labels.targets, truth: labels.targets };
}

function oneHot(ids: Int32Array, classes: number): Float32Array {
  const targets = new Float32Array(ids.length * classes);
  ids.forEach((id, row) => targets[row * classes + id] = 1);
  return targets;
}
