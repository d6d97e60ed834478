/**
 * The tasks that are compared with Python, and their settings.
 *
 * @module
 */
import type { dataSets } from "../datasets/mod.ts";
import { lora } from "../lib/adapters/lora.ts";
import { trainSettings } from "../lib/train/train_options.ts";
import { alpha, rank, targets } from "./cases.ts";

/** A data set with its scores. */
export interface TaskCase {
  /** The data set's name. */
  readonly name: keyof typeof dataSets;
  /** Rows to train on, and to score. */
  readonly train: number;
  readonly test: number;
  /** The metrics by their names; both sides have the same ones. */
  readonly scores: readonly string[];
  /** Whether the model can be scored before it is trained: it has no random head. */
  readonly scoredBefore: boolean;
  readonly learningRate?: number;
}

const rows = { train: 5000, test: 1000 };
const trained = { ...rows, scoredBefore: false };

/** All cases. */
export const taskCases: readonly TaskCase[] = [
  { name: "brownTags", ...trained, scores: ["tokenAccuracy"] },
  { name: "brownNames", ...trained, scores: ["entityF1"] },
  { name: "wordnetQuestions", ...trained, scores: ["exactMatch", "answerF1"] },
  { name: "wordnetPairs", ...rows, scoredBefore: true, scores: ["ndcg"] },
];

/** The seeds of the trainings. */
export const seeds: readonly number[] = [1, 2, 3];

/** The settings of both sides: those that a user gets who gives none. */
export function taskSettings({ learningRate }: TaskCase) {
  const method = lora({ rank, alpha, targets });
  const settings = trainSettings(learningRate === undefined ? {} : { learningRate }, method);
  const { epochs, batchSize, schedule, warmup, weightDecay, maxGradientNorm, maxTokens } = settings;
  return {
    rank,
    alpha,
    targets,
    epochs,
    batchSize,
    learningRate: settings.learningRate,
    schedule,
    warmup,
    weightDecay,
    maxGradientNorm,
    maxTokens,
  };
}
