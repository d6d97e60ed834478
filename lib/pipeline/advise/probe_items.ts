/**
 * Training rows as items of probes: one vector and one truth each, of tasks that have such.
 *
 * @module
 */
import type { HostTensor } from "../../engine/mod.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { AnyExamples } from "../run/assemble_stage.ts";
import type { OpenedModel } from "../run/open_stage.ts";
import { processorOf } from "../run/open_stage.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import type { FrozenModel } from "./frozen_vectors.ts";
import type { ProbeItems, Truth } from "./probe.ts";

/** What is asked of the items of a task. */
export type ProbedKind = "classes" | "numbers" | "tags";

/** What the items of a task are, or undefined for tasks whose rows have no one truth. */
export function probedKind({ kind }: AnyLabelledTask["task"]): ProbedKind | undefined {
  if (kind === "single") return "classes";
  if (kind === "regression") return "numbers";
  return kind === "tags" ? "tags" : undefined;
}

/** So many words are enough for a probe of tags, and more take long. */
const mostWords = 3000;

/** What items are made of. */
export interface ProbeItemsOptions {
  readonly task: AnyLabelledTask;
  readonly opened: OpenedModel;
  readonly frozen: FrozenModel;
  readonly maxTokens: number;
  readonly where: string;
  readonly signal: AbortSignal;
}

/**
 * The items of some rows of a table, in the order of the rows; their `rows` count these from 0.
 *
 * @param rows of the table
 */
export async function probeItems(
  table: Table,
  rows: readonly number[],
  { task, opened, frozen, maxTokens, where, signal }: ProbeItemsOptions,
): Promise<ProbeItems> {
  const chosen = pickRows(table, rows);
  const room = Math.min(maxTokens, opened.config.maxTokens);
  const examples = await task.examples(chosen, processorOf(opened, room), { where, signal });
  const kind = probedKind(task.task);
  if (kind === "tags") return await taggedWords(examples, task.labels, frozen);
  return {
    vectors: comparable(await frozen.ofRows(examples)),
    truth: truthOf(chosen, task),
    rows: Int32Array.from(rows, (_, at) => at),
  };
}

function truthOf(table: Table, { task: { kind, report } }: AnyLabelledTask): Truth {
  if (kind === "regression") return { kind: "numbers", values: report.numbers!(table) };
  return {
    kind: "classes",
    values: report.classes!(table).map(([value]) => String(value)),
  };
}

/** The words that have a tag, each with the mean of its tokens' vectors. */
async function taggedWords(
  examples: AnyExamples,
  labels: readonly string[],
  frozen: FrozenModel,
): Promise<ProbeItems> {
  const objective = examples.objective({ vocabSize: 0, hiddenSize: 0, afterVirtualTokens: false });
  const targets = await Promise.all(
    Array.from(examples.lengths, async (_, at) => wordsOf(await objective.targetsOf([at], 1))),
  );
  let words = 0;
  const chosen = targets.map((_, at) => at).filter((at) => {
    const isWanted = words < mostWords;
    words += targets[at].length;
    return isWanted;
  });
  const tokens = await frozen.ofTokens(examples, chosen);
  const items = chosen.flatMap((sequence, at) =>
    targets[sequence].map((word) => ({
      vector: meanOf(word.tokens.map((token) => tokens[at][token])),
      label: labels[word.label],
      row: sequence,
    }))
  );
  return {
    vectors: comparable(items.map(({ vector }) => vector)),
    truth: { kind: "classes", values: items.map(({ label }) => label) },
    rows: Int32Array.from(items, ({ row }) => row),
  };
}

interface TaggedWord {
  readonly tokens: readonly number[];
  readonly label: number;
}

/** The words of one sequence out of what its loss is fed with: by token, or by word. */
function wordsOf(feeds: Readonly<Record<string, HostTensor>>): TaggedWord[] {
  const { tag_labels: labels, tag_weights: weights, tag_tokens, tag_shares } = feeds;
  const [, pieces = 1] = tag_tokens?.shape ?? [];
  return Array.from(labels.data, (label, at): TaggedWord => ({
    label,
    tokens: tag_tokens
      ? Array.from({ length: pieces }, (_, piece) => at * pieces + piece)
        .filter((place) => tag_shares.data[place] > 0).map((place) => tag_tokens.data[place])
      : [at],
  })).filter((_, at) => weights.data[at] > 0);
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  if (vectors.length === 1) return vectors[0];
  return vectors[0].map((_, i) =>
    vectors.reduce((sum, vector) => sum + vector[i], 0) / vectors.length
  );
}

/** A number that hardly varies is left out, where the least spread is this part of the largest. */
const leastSpread = 1e-4;

/**
 * Vectors whose cosines and products say something: each number less its mean and in standard deviations, since
 * few of a model's numbers are else larger than all others together; then of length 1.
 */
export function comparable(vectors: readonly Float32Array[]): Float32Array[] {
  const size = vectors[0]?.length ?? 0;
  const count = vectors.length;
  const mean = new Float64Array(size);
  const spread = new Float64Array(size);
  for (const vector of vectors) for (let i = 0; i < size; i++) mean[i] += vector[i] / count;
  for (const vector of vectors) {
    for (let i = 0; i < size; i++) spread[i] += (vector[i] - mean[i]) ** 2 / count;
  }
  const least = leastSpread ** 2 * Math.max(...spread);
  const scale = spread.map((each) => each > least ? 1 / Math.sqrt(each) : 0);
  return vectors.map((vector) => {
    const scaled = vector.map((each, i) => (each - mean[i]) * scale[i]);
    const length = Math.sqrt(scaled.reduce((sum, each) => sum + each ** 2, 0));
    return length > 0 ? scaled.map((each) => each / length) : scaled;
  });
}
