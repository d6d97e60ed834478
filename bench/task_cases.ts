/**
 * The tasks that are compared with Python, and their settings.
 *
 * @module
 */
import { lora } from "../lib/adapters/lora.ts";
import { type TrainSettings, trainSettings } from "../lib/train/train_options.ts";
import { alpha, rank, targets } from "./cases.ts";

/** A data set with its scores. */
export interface TaskCase {
  /** The data set's name. */
  readonly name: string;
  /** Rows to train on, and to score. */
  readonly train: number;
  readonly test: number;
  /** The metrics by their names; both sides have the same ones. */
  readonly scores: readonly string[];
  /** Whether the model can be scored before it is trained: it has no random head. */
  readonly scoredBefore: boolean;
}

const rows = { train: 5000, test: 1000 };
const trained = { ...rows, scoredBefore: false };

/** All cases. */
export const taskCases: readonly TaskCase[] = [
  { name: "brownTags", ...trained, scores: ["tokenAccuracy"] },
  { name: "brownNames", ...trained, scores: ["entityF1", "tokenAccuracy"] },
  { name: "wordnetQuestions", ...trained, scores: ["exactMatch", "answerF1"] },
  { name: "wordnetPairs", ...rows, scoredBefore: true, scores: ["ndcg"] },
];

/** The seeds of the trainings. */
export const seeds: readonly number[] = [1, 2, 3];

/** The settings of both sides. */
export type TaskSettings =
  & Pick<
    TrainSettings,
    | "epochs"
    | "batchSize"
    | "learningRate"
    | "schedule"
    | "warmup"
    | "weightDecay"
    | "maxGradientNorm"
    | "maxTokens"
  >
  & { readonly rank: number; readonly alpha: number; readonly targets: string[] };

/** Those that a user gets who gives none. */
export function taskSettings(): TaskSettings {
  const settings = trainSettings({}, lora({ rank, alpha, targets }));
  const { epochs, batchSize, learningRate, schedule, warmup, weightDecay } = settings;
  const { maxGradientNorm, maxTokens } = settings;
  return {
    ...{ rank, alpha, targets },
    ...{ epochs, batchSize, learningRate, schedule, warmup, weightDecay },
    ...{ maxGradientNorm, maxTokens },
  };
}
