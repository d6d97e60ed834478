/**
 * Sentence embeddings: texts become vectors, near each other where the texts belong together (Reimers
 * and Gurevych, "Sentence-BERT", 2019, arXiv 1908.10084).
 *
 * @module
 */
import { refuseOptions, requireOptions } from "../core/check_options.ts";
import type {
  PairPredictions,
  RetrievalPredictions,
  SimilarityPredictions,
  TripletPredictions,
} from "../nn/embedding_predictions.ts";
import type { LabelledTask, Task } from "../nn/task.ts";
import { columnValues } from "../table/columns.ts";
import { type Table, tableFromColumns } from "../table/table.ts";
import { checkPairClasses } from "./sentence_embeddings/class_pairs.ts";
import { displayOfEmbeddings } from "./sentence_embeddings/embedding_display.ts";
import { type Embedding, embeddingExamples } from "./sentence_embeddings/examples.ts";
import { type EmbeddingPredictions, predictionKinds } from "./sentence_embeddings/held_out.ts";
import type { RowShape } from "./sentence_embeddings/losses.ts";
import { embeddingReader } from "./sentence_embeddings/reader.ts";
import {
  type EmbeddingClassesOptions,
  type EmbeddingLabelsOptions,
  type EmbeddingPairsOptions,
  type EmbeddingScoresOptions,
  type EmbeddingTripletsOptions,
  sentenceEmbeddingsMistakes,
  type SentenceEmbeddingsOptions,
} from "./sentence_embeddings/options.ts";
import {
  checkEmbeddingRows,
  checkTargetsDiffer,
  classesOfRows,
  type EmbeddingRows,
  embeddingRows,
  scoresOfRows,
  textsOf,
} from "./sentence_embeddings/rows.ts";

const name = "sentence-embeddings";

/** The metric that a run is judged by unless another was asked for. */
const metrics: Readonly<Record<EmbeddingPredictions["kind"], string>> = {
  retrieval: "ndcg",
  triplets: "tripletAccuracy",
  similarity: "cosineSpearman",
  pairs: "averagePrecision",
};

/**
 * Vectors of texts for search, clustering and comparison. What the columns are decides how they are
 * learnt and scored:
 *
 * | rows | loss unless given | scores |
 * | --- | --- | --- |
 * | `{ anchor, positive }` | `multipleNegativesRanking` | of a search: `ndcg`, `mrr`, `recallAt` |
 * | `{ anchor, positive, negative }` | `multipleNegativesRanking` | `tripletAccuracy` |
 * | `{ first, second, score }` | `cosent` | `cosineSpearman`, `cosinePearson` |
 * | `{ first, second, label }`, 0 or 1 | `contrastive` | `averagePrecision`, `pairAccuracy` |
 * | `{ text, label }`, a class | `cosineSimilarity` | as above, on pairs of texts |
 *
 * `predict` gives a `Float32Array` for each text. Losses, pooling and scores are those of
 * sentence-transformers. `loss: "softmax"` takes pairs of any classes, and `alike` says which of them
 * means that two texts are alike; its classifier is trained with the model and then left out.
 * With `accumulate`, losses that compare the rows of a batch compare those of the whole step: large
 * batches cost the memory of a micro-batch and a second forward pass (GradCache, arXiv 2101.06983).
 *
 * Throws an error of kind "input" with all options that make no sense.
 *
 * @example
 * ```ts
 * import { sentenceEmbeddings } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = sentenceEmbeddings({ anchor: "question", positive: "answer" });
 * assert.equal(task.name, "sentence-embeddings");
 * assert.equal(task.kind, "retrieval");
 * assert.equal(sentenceEmbeddings({ first: "a", second: "b", score: "stars" }).kind, "similarity");
 * ```
 */
export function sentenceEmbeddings(
  options: EmbeddingTripletsOptions,
): Task<TripletPredictions, string, Embedding>;
export function sentenceEmbeddings(
  options: EmbeddingPairsOptions,
): Task<RetrievalPredictions, string, Embedding>;
export function sentenceEmbeddings(
  options: EmbeddingScoresOptions,
): Task<SimilarityPredictions, string, Embedding>;
export function sentenceEmbeddings(
  options: EmbeddingLabelsOptions | EmbeddingClassesOptions,
): Task<PairPredictions, string, Embedding>;
export function sentenceEmbeddings(
  options: SentenceEmbeddingsOptions,
  // deno-lint-ignore no-explicit-any
): Task<any, string, Embedding> {
  requireOptions("sentenceEmbeddings", options);
  refuseOptions("sentenceEmbeddings", sentenceEmbeddingsMistakes(options));
  const rows = embeddingRows(options);
  const kind = predictionKinds[rows.shape];
  const { target } = rows;
  const task: Task<EmbeddingPredictions, string, Embedding> = {
    name,
    kind,
    settings: { ...options },
    columns: target === undefined ? rows.texts : [...rows.texts, target],
    ...(kind === "pairs" && target !== undefined ? { stratify: target } : {}),
    metric: metrics[kind],
    lossSettings: [],
    checkRows: (table, where) => checkEmbeddingRows(table, rows, where),
    read({ train, validation, test }) {
      checkTargetsDiffer(train, rows, "the training data");
      if (rows.shape === "classes") {
        const splits = { training: train, validation, test };
        for (const [split, table] of Object.entries(splits)) {
          if (table) checkClasses(table, `the ${split} data`);
        }
      }
      return withLabels(task, rows, options);
    },
    withLabels: () => withLabels(task, rows, options),
    report: {
      texts: (table) => textsOf(table, rows).map((texts) => texts.join(" ↔ ")),
      ...reported[rows.shape]?.(rows),
    },
    preview(table, row) {
      const [first, ...others] = rows.texts.map((column) =>
        String(columnValues(table, column)[row])
      );
      const value = target === undefined ? [] : [String(columnValues(table, target)[row])];
      return { text: first, label: [...others, ...value].join(" | ") };
    },
  };
  /** Pairs must be there to be drawn in every split; rows that are data of their own are read first. */
  function checkClasses(table: Table, where: string) {
    checkEmbeddingRows(table, rows, where);
    checkPairClasses(classesOfRows(table, rows), where);
  }

  return Object.freeze(task);
}

/** What the data report counts beside the texts. */
const reported: Readonly<
  Partial<Record<RowShape, (rows: EmbeddingRows) => Partial<Task["report"]>>>
> = {
  scored: (rows) => ({ numbers: (table) => [...scoresOfRows(table, rows)] }),
  labelled: (rows) => ({
    classes: (table) =>
      rows.alike === undefined
        ? Array.from(scoresOfRows(table, rows), (label) => [String(label)])
        : classesOfRows(table, rows).map((of) => [of]),
  }),
  classes: (rows) => ({ classes: (table: Table) => classesOfRows(table, rows).map((of) => [of]) }),
};

function withLabels(
  task: Task<EmbeddingPredictions, string, Embedding>,
  rows: EmbeddingRows,
  options: SentenceEmbeddingsOptions,
): LabelledTask<EmbeddingPredictions, string, Embedding> {
  return {
    task,
    labels: [],
    head: { name: "embedding", outputs: 0 },
    signature: {
      pipeline: "feature-extraction",
      peftTaskType: "FEATURE_EXTRACTION",
      autoClass: "AutoModel",
      config: {},
    },
    reader: embeddingReader(name, rows, options),
    examples: (table, processor, settings) =>
      embeddingExamples(table, processor, settings, { name, rows, options }),
    tableOf: (inputs) => tableFromColumns({ [rows.texts[0]]: inputs }, "the texts"),
    display: displayOfEmbeddings,
  };
}
