/**
 * Rows of texts → sequences, with the groups that belong together.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { encodeRows } from "../../data/encode_rows.ts";
import type { Processor, TextProcessor } from "../../nn/processor.ts";
import type { Examples, ExamplesOptions } from "../../nn/task.ts";
import { textColumn } from "../../table/columns.ts";
import { type Table, tableFromColumns } from "../../table/table.ts";
import type { SentenceSettings } from "../../text/sentence_settings.ts";
import type { Sequence } from "../../text/sequence.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import {
  needsLabels,
  sequenceKey,
  textExamples,
  textFingerprint,
  textProcessor,
} from "../shared/text_examples.ts";
import { withoutLoss } from "../shared/without_loss.ts";
import { classPairs } from "./class_pairs.ts";
import { type EmbeddingPredictions, heldOutPredictions } from "./held_out.ts";
import { makeLoss } from "./losses.ts";
import { embeddingObjective } from "./objective.ts";
import type { EmbeddingClassesOptions, SentenceEmbeddingsOptions } from "./options.ts";
import {
  checkEmbeddingRows,
  classesOfRows,
  type EmbeddingRows,
  numberedClasses,
  scoresOfRows,
  textsOf,
} from "./rows.ts";

/** What makes the examples of sentence embeddings. */
export interface EmbeddingExamplesOptions {
  /** What errors call the task. */
  readonly name: string;
  readonly rows: EmbeddingRows;
  readonly options: SentenceEmbeddingsOptions;
}

/** The vector of a text, [hidden]. */
export type Embedding = Float32Array;

/**
 * Rows as a model takes them. A text that stands several times is one sequence. Rows without labels are
 * those of the first column of texts alone, and the answer to a row is the vector of its first text.
 */
export async function embeddingExamples(
  table: Table,
  processor: Processor,
  settings: ExamplesOptions,
  { name, rows, options }: EmbeddingExamplesOptions,
): Promise<Examples<EmbeddingPredictions, Embedding>> {
  const own = textProcessor(name, processor);
  const { labelled = true, where } = settings;
  const { texts, scores, groups, classes } = labelled
    ? labelledGroups(table, where, rows, options)
    : unlabelledGroups(table, where, rows);
  const distinct = numbered(texts.flat());
  const cut = new Set<string>();
  const { examples: sequences } = await encodeRows(
    tableFromColumns({ text: distinct.texts }),
    noting(own.tokenizer, cut),
    { where, signal: settings.signal, text: "text", maxTokens: own.maxTokens },
  );
  const truncated = texts.filter((row) => row.some((text) => cut.has(text))).length;
  const numbers = texts.map((row) => row.map((text) => distinct.numbers.get(text)!));
  const textGroups = groups.map((group) => group.flatMap((row) => numbers[row]));
  const sentence = sentenceOf(own, options);
  return {
    ...textExamples({ rows: texts.length, sequences, truncated }, own),
    inputKeys: () => labelled ? keysOf(numbers, sequences) : keysOfTexts(table, rows, own),
    ...(labelled ? { groups: textGroups } : {}),
    fingerprint: textFingerprint(sequences, [
      ...textGroups.flat(),
      ...(classes?.numbers ?? scores),
    ]),
    objective({ hiddenSize }) {
      const objective = embeddingObjective({
        loss: makeLoss(rows.loss, options, { hiddenSize, classes: classes?.names.length ?? 0 }),
        groups: textGroups,
        scores: classes?.numbers ?? scores,
        sentence,
        hiddenSize,
        ...(options.dimensions ? { dimensions: options.dimensions } : {}),
      });
      return labelled ? objective : withoutLoss(objective);
    },
    predictions: (vectors) =>
      heldOutPredictions({
        shape: rows.shape,
        groups: labelled ? textGroups : needsLabels("predictions"),
        scores,
        rows: texts.length,
        vectors,
      }),
    answers: (vectors) => numbers.map(([first]) => vectors[first]),
  };
}

/** The texts of each row as the model gets them. */
function keysOf(rows: readonly (readonly number[])[], sequences: readonly Sequence[]): string[] {
  const keys = sequences.map(sequenceKey);
  return rows.map((texts) => texts.map((text) => keys[text]).join(""));
}

/** The same for rows of which only the first text was encoded, where the others are there as well. */
function keysOfTexts(
  table: Table,
  rows: EmbeddingRows,
  { tokenizer, maxTokens }: TextProcessor,
): string[] {
  const names = table.columnNames();
  const there = { ...rows, texts: rows.texts.filter((name) => names.includes(name)) };
  return textsOf(table, there).map((texts, row) =>
    texts.map((text) => {
      const { ids } = tokenizer.encode(String(text), undefined, { maxTokens });
      return sequenceKey({ ids, row });
    }).join("")
  );
}

/** The tokenizer, which also adds to `cut` the texts that lose tokens to the limit. */
function noting(tokenizer: Tokenizer, cut: Set<string>): Tokenizer {
  return {
    ...tokenizer,
    encode(text, pair, options) {
      const encoding = tokenizer.encode(text, pair, options);
      if (encoding.truncated) cut.add(text);
      return encoding;
    },
  };
}

/** Rows with the groups that they make. */
interface RowGroups {
  /** The texts of each row. */
  readonly texts: readonly (readonly string[])[];
  /** The rows of each group: itself, or the two of a pair. */
  readonly groups: readonly (readonly number[])[];
  /** Scores, or 1 and 0 of pairs that are alike or not. */
  readonly scores: Float32Array;
  /** What `softmax` tells apart: the names of the classes, and the number of each group's. */
  readonly classes?: { readonly names: readonly string[]; readonly numbers: Float32Array };
}

function labelledGroups(
  table: Table,
  where: string,
  rows: EmbeddingRows,
  options: SentenceEmbeddingsOptions,
): RowGroups {
  checkEmbeddingRows(table, rows, where);
  const texts = textsOf(table, rows);
  const isSoftmax = rows.loss === "softmax";
  if (rows.shape !== "classes") {
    return {
      texts,
      groups: texts.map((_, row) => [row]),
      scores: scoresOfRows(table, rows),
      ...(isSoftmax ? { classes: numberedClasses(classesOfRows(table, rows)) } : {}),
    };
  }
  const { pairsPerText = 4, seed = 1 } = options as EmbeddingClassesOptions;
  const drawn = classPairs(classesOfRows(table, rows), { perText: pairsPerText, seed, where });
  const classes = { names: ["apart", "alike"], numbers: drawn.labels };
  return { texts, groups: drawn.pairs, scores: drawn.labels, ...(isSoftmax ? { classes } : {}) };
}

function unlabelledGroups(
  table: Table,
  where: string,
  { texts: [first] }: EmbeddingRows,
): RowGroups {
  const texts = textColumn(table, first, { where }).map((text) => [text]);
  return { texts, groups: [], scores: new Float32Array() };
}

/** Each different text with its number, in the order of their first places. */
function numbered(
  all: readonly string[],
): { readonly texts: string[]; readonly numbers: ReadonlyMap<string, number> } {
  const numbers = new Map<string, number>();
  for (const text of all) if (!numbers.has(text)) numbers.set(text, numbers.size);
  return { texts: [...numbers.keys()], numbers };
}

/**
 * What the options say of pooling, else the model's folder. A folder whose vectors are made in a way
 * that is not known here is an error of kind "unsupported", unless the options say how to pool.
 */
export function sentenceOf(
  { sentence }: Pick<TextProcessor, "sentence">,
  { pooling, normalize }: Pick<SentenceEmbeddingsOptions, "pooling" | "normalize">,
): SentenceSettings {
  if (sentence?.obstacle !== undefined && pooling === undefined) {
    throw new TunebookError(
      "unsupported",
      `the model is a folder of sentence-transformers whose vectors cannot be made here: ` +
        `${sentence.obstacle}. Give pooling, such as "mean", to train its transformer to others.`,
    );
  }
  return {
    pooling: pooling ?? sentence?.pooling ?? "mean",
    normalize: normalize ?? sentence?.normalize ?? true,
  };
}
