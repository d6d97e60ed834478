/**
 * The rows, the model's files and the space of a search of some minutes, as both sides read them.
 *
 * @module
 */
import { splitTable } from "../lib/data/split.ts";
import { encodeSplits } from "../lib/pipeline/run/assemble_plan.ts";
import { openStage, processorOf } from "../lib/pipeline/run/open_stage.ts";
import { readStage } from "../lib/pipeline/run/read_stage.ts";
import { columnValues } from "../lib/table/columns.ts";
import type { Table } from "../lib/table/table.ts";
import { textClassification } from "../lib/tasks/text_classification.ts";
import { trainSettings } from "../lib/train/train_options.ts";
import { encoder, targets } from "./cases.ts";

/** A number that varies. */
export interface SearchedRange {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  /** Whether it is a whole number. */
  readonly whole: boolean;
  /** What the plan has, which is tried first. */
  readonly written: number;
}

/** A row as both sides train with it. */
export interface SearchedRow {
  readonly text: string;
  readonly class: string;
  readonly label: number;
  readonly input_ids: readonly number[];
}

/** What both sides read. */
export interface SearchFile {
  readonly minutes: number;
  readonly seed: number;
  readonly startupTrials: number;
  readonly model: string;
  readonly config: string;
  readonly weights: string;
  readonly tokenizer: string;
  readonly targets: readonly string[];
  readonly settings: ReturnType<typeof trainSettings>;
  readonly space: Readonly<Record<"rank" | "learningRate" | "layers" | "epochs", SearchedRange>>;
  readonly splits: Readonly<Record<"train" | "validation" | "test", readonly SearchedRow[]>>;
}

const share = 0.2;
const maxTokens = 128;

/** Writes the file; the split is the seed's. */
export async function writeSearchRows(
  file: string,
  { table, seed, minutes }: {
    readonly table: Table;
    readonly seed: number;
    readonly minutes: number;
  },
): Promise<void> {
  const split = splitTable(table, { validation: share, test: share, seed, stratify: "class" });
  const { train, test } = split;
  const validation = split.validation!;
  const task = textClassification({ text: "text", label: "class" });
  const read = await readStage({ data: train, task, split: { validation, test } });
  const opened = await openStage({ model: encoder });
  const { labels } = read.task;
  const encoded = await encodeSplits(read, processorOf(opened, maxTokens), undefined, {
    student: opened.config,
  });
  const rowsOf = async (name: "train" | "validation" | "test"): Promise<SearchedRow[]> => {
    const rows = read.splits[name]!;
    const [texts, classes] = [columnValues(rows, "text"), columnValues(rows, "class")];
    return await Promise.all(texts.map(async (text, row) => ({
      text: String(text),
      class: String(classes[row]),
      label: labels.indexOf(String(classes[row])),
      input_ids: Array.from((await encoded[name]!.feedsOf([row])).input_ids.data),
    })));
  };
  const { config, weights, tokenizer } = opened.files;
  const content = {
    minutes,
    seed,
    startupTrials: 4,
    model: encoder,
    config,
    weights,
    tokenizer,
    targets,
    settings: trainSettings({ maxTokens, seed }),
    space: {
      rank: { low: 2, high: 32, log: true, whole: true, written: 8 },
      learningRate: { low: 1e-4, high: 1e-2, log: true, whole: false, written: 1e-3 },
      layers: { low: 2, high: 6, log: false, whole: true, written: 6 },
      epochs: { low: 1, high: 4, log: false, whole: true, written: 3 },
    },
    splits: {
      train: await rowsOf("train"),
      validation: await rowsOf("validation"),
      test: await rowsOf("test"),
    },
  };
  await Deno.writeTextFile(file, JSON.stringify(content));
}
