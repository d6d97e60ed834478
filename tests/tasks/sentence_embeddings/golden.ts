/**
 * What `tests/golden/make_embeddings.py` wrote.
 *
 * @module
 */
import type { LossSettings } from "../../../lib/tasks/sentence_embeddings/losses.ts";
import type { LossName } from "../../../lib/tasks/sentence_embeddings/losses.ts";

/** A loss on fixed embeddings. */
export interface LossCase {
  readonly name: LossName;
  readonly settings: LossSettings;
  /** [groups][texts] */
  readonly texts: number[][];
  readonly scores: number[];
  /** [batch][size] */
  readonly embeddings: number[][];
  readonly loss: number;
  readonly gradient: number[][];
  /** Where the loss has parameters: how many classes, the numbers of each, and their gradients. */
  readonly classes?: number;
  readonly parameters?: Readonly<Record<string, number[]>>;
  readonly parameterGradients?: Readonly<Record<string, number[]>>;
}

/** What an evaluator found for fixed vectors. */
export interface MetricCase {
  readonly kind: "similarity" | "pairs" | "triplets" | "retrieval";
  readonly vectors: number[][];
  readonly scores?: number[];
  readonly labels?: number[];
  /** How many of the vectors are the corpus; the others are queries. */
  readonly corpus?: number;
  readonly relevant?: number[][];
  readonly found: Readonly<Record<string, number>>;
}

/** A logistic regression of scikit-learn. */
export interface LogisticCase {
  readonly c: number;
  readonly vectors: number[][];
  readonly labels: string[];
  readonly coefficients: number[][];
  readonly intercepts: number[];
  readonly asked: number[][];
  readonly probabilities: number[][];
}

/** The whole file. */
export interface EmbeddingsGolden {
  readonly losses: LossCase[];
  readonly metrics: MetricCase[];
  readonly logistic: LogisticCase[];
  readonly pooling: {
    readonly lengths: number[];
    /** [batch][sequence][size] */
    readonly tokens: number[][][];
    readonly mean: number[][];
    readonly cls: number[][];
    readonly last: number[][];
  };
}

const file = new URL("../../golden/embeddings.json", import.meta.url);

/** The golden numbers. */
export const golden: EmbeddingsGolden = JSON.parse(await Deno.readTextFile(file));
