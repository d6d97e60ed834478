/**
 * What a model's embeddings of held-out rows are like, as metrics take it: the cosines of texts that
 * belong together or do not.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { numberList, required, whole } from "../core/option_rules.ts";
import { TunebookError } from "../core/errors.ts";
import type { AnyPredictions } from "./predictions.ts";

/** Vectors, all of one length. */
export type Vectors = readonly ArrayLike<number>[];

/** Pairs of texts with a score of how alike they are. */
export interface SimilarityPredictions extends AnyPredictions {
  readonly kind: "similarity";
  /** The cosine of each pair, [rows]. */
  readonly cosines: Float64Array;
  /** The score of each pair, [rows]. */
  readonly truth: Float64Array;
}

/** Pairs of texts that are alike or not. */
export interface PairPredictions extends AnyPredictions {
  readonly kind: "pairs";
  /** The cosine of each pair, [pairs]. */
  readonly cosines: Float64Array;
  /** 1 for a pair that is alike, else 0, [pairs]. */
  readonly truth: Int32Array;
}

/** Texts, each with one that belongs to it and one that does not. */
export interface TripletPredictions extends AnyPredictions {
  readonly kind: "triplets";
  /** The cosine of anchor and positive, [triplets]. */
  readonly positive: Float64Array;
  /** The cosine of anchor and negative, [triplets]. */
  readonly negative: Float64Array;
}

/** Queries, each with the texts of a corpus that answer it. */
export interface RetrievalPredictions extends AnyPredictions {
  readonly kind: "retrieval";
  /** How many texts were searched. */
  readonly corpus: number;
  /**
   * For each query the ranks of its right answers, from 1 for the text of the highest cosine; of equal
   * cosines the earlier text of the corpus comes first.
   */
  readonly ranks: readonly (readonly number[])[];
}

/**
 * The predictions of pairs with scores.
 *
 * @example
 * ```ts
 * import { cosineSpearman, similarityPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = similarityPredictions({
 *   first: [[1, 0], [1, 0], [1, 0]],
 *   second: [[1, 0], [1, 1], [0, 1]],
 *   scores: [5, 3, 0],
 * });
 * assert.equal(cosineSpearman.compute(predictions), 1);
 * ```
 */
export function similarityPredictions(
  given: {
    readonly first: Vectors;
    readonly second: Vectors;
    readonly scores: ArrayLike<number>;
  },
): SimilarityPredictions {
  checkOptions("similarityPredictions", given, {
    first: required(numberList),
    second: required(numberList),
    scores: required(numberList),
  });
  const { first, second, scores } = given;
  checkCounts({ first, second, scores });
  return {
    kind: "similarity",
    rows: first.length,
    cosines: rowCosinesOf(first, second),
    truth: Float64Array.from(scores),
  };
}

/**
 * The predictions of pairs that are alike (1) or not (0).
 *
 * @example
 * ```ts
 * import { pairAccuracy, pairPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = pairPredictions({
 *   first: [[1, 0], [1, 0]],
 *   second: [[1, 1], [0, 1]],
 *   labels: [1, 0],
 * });
 * assert.equal(pairAccuracy.compute(predictions), 1);
 * ```
 */
export function pairPredictions(
  given: {
    readonly first: Vectors;
    readonly second: Vectors;
    readonly labels: ArrayLike<number>;
    /** Rows of the table, where the pairs are made of other rows. */
    readonly rows?: number;
  },
): PairPredictions {
  checkOptions("pairPredictions", given, {
    first: required(numberList),
    second: required(numberList),
    labels: required(numberList),
    rows: whole,
  });
  const { first, second, labels, rows = first.length } = given;
  checkCounts({ first, second, labels });
  return {
    kind: "pairs",
    rows,
    cosines: rowCosinesOf(first, second),
    truth: Int32Array.from(labels),
  };
}

/**
 * The predictions of triplets.
 *
 * @example
 * ```ts
 * import { tripletAccuracy, tripletPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = tripletPredictions({
 *   anchors: [[1, 0], [1, 0]],
 *   positives: [[1, 1], [0, 1]],
 *   negatives: [[0, 1], [1, 1]],
 * });
 * assert.equal(tripletAccuracy.compute(predictions), 0.5);
 * ```
 */
export function tripletPredictions(
  given: {
    readonly anchors: Vectors;
    readonly positives: Vectors;
    readonly negatives: Vectors;
    /** Rows of the table, where a row has several negatives. */
    readonly rows?: number;
  },
): TripletPredictions {
  checkOptions("tripletPredictions", given, {
    anchors: required(numberList),
    positives: required(numberList),
    negatives: required(numberList),
    rows: whole,
  });
  const { anchors, positives, negatives, rows = anchors.length } = given;
  checkCounts({ anchors, positives, negatives });
  return {
    kind: "triplets",
    rows,
    positive: rowCosinesOf(anchors, positives),
    negative: rowCosinesOf(anchors, negatives),
  };
}

/**
 * The predictions of a search: each query is compared with every text of the corpus.
 *
 * @example
 * ```ts
 * import { mrr, retrievalPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = retrievalPredictions({
 *   queries: [[1, 0], [0, 1]],
 *   corpus: [[1, 0.1], [1, 1], [0.2, 1]],
 *   relevant: [[0], [1]], // the second query's answer is found behind the third text
 * });
 * assert.deepEqual(predictions.ranks, [[1], [2]]);
 * assert.equal(mrr.compute(predictions), 0.75);
 * ```
 */
export function retrievalPredictions(
  given: {
    readonly queries: Vectors;
    readonly corpus: Vectors;
    /** For each query the texts of the corpus that answer it, at least one, by number from 0. */
    readonly relevant: readonly (readonly number[])[];
    /** Rows of the table, where several rows have the same query. */
    readonly rows?: number;
  },
): RetrievalPredictions {
  checkOptions("retrievalPredictions", given, {
    queries: required(numberList),
    corpus: required(numberList),
    relevant: required(numberList),
    rows: whole,
  });
  const { queries, corpus, relevant, rows = queries.length } = given;
  checkCounts({ queries, relevant });
  const units = corpus.map(unitOf);
  const ranks = queries.map((query, at) => {
    const of = unitOf(query, at);
    const cosines = Float64Array.from(units, (text) => dot(of, text));
    return relevant[at].map((right) => {
      let before = 0;
      for (let text = 0; text < cosines.length; text++) {
        const isTied = cosines[text] === cosines[right] && text < right;
        if (cosines[text] > cosines[right] || isTied) before++;
      }
      return before + 1;
    });
  });
  return { kind: "retrieval", rows, corpus: corpus.length, ranks };
}

function rowCosinesOf(a: Vectors, b: Vectors): Float64Array {
  return Float64Array.from(a, (vector, at) => dot(unitOf(vector, at), unitOf(b[at], at)));
}

/** Shorter vectors are divided by this, as in PyTorch. */
const leastLength = 1e-12;

/** A vector of length 1; one that is not finite would make every cosine with it no number. */
function unitOf(vector: ArrayLike<number>, at: number): Float64Array {
  const numbers = Float64Array.from(vector);
  const length = Math.sqrt(dot(numbers, numbers));
  if (!Number.isFinite(length)) {
    throw new TunebookError(
      "diverged",
      `the model's vector of text ${at + 1} is not finite. Train with a lower learning rate, or ` +
        "with clipping.",
    );
  }
  return numbers.map((each) => each / Math.max(length, leastLength));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function checkCounts(lists: Readonly<Record<string, ArrayLike<unknown>>>): void {
  const entries = Object.entries(lists);
  const [[, { length: count }]] = entries;
  if (count === 0) throw new TunebookError("data", "there are no rows to score");
  if (entries.every(([, { length }]) => length === count)) return;
  throw new TunebookError(
    "input",
    `there are ${entries.map(([name, { length }]) => `${length} ${name}`).join(", ")}; give as ` +
      "many of each",
  );
}
