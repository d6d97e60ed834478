/**
 * How far the outputs of a trained model in eight bits, those of its training or its scores, are from those
 * in float32, which are deployed.
 *
 * @module
 */
import type { Device, State } from "../engine/mod.ts";
import type { EightBitLinears } from "../nn/eight_bit_linears.ts";
import { evaluationProgram } from "../nn/forward_program.ts";
import type { Objective } from "../nn/objective.ts";
import { evaluated, type Rows, runOver } from "../nn/run_over.ts";
import type { Outputs } from "../nn/task.ts";
import { frozenOf, type TrainableModel } from "../nn/trainable_model.ts";

/** How often two models give the same answer. */
export interface Agreement {
  readonly same: number;
  readonly compared: number;
}

/** What eight bits change in the outputs for held-out rows. */
export interface ComputeDrift {
  /** Rows that were run in both. */
  readonly rows: number;
  /** The largest difference of an output, a logit for most tasks. */
  readonly largest: number;
  /** The mean of the absolute differences of all outputs. */
  readonly mean: number;
  /** At how many of the asked positions both give the same answer; absent where answers are no labels. */
  readonly answers?: Agreement;
}

/** Held-out rows that drifts and receipts compare: enough to see a mistake, few enough to cost no time. */
export const comparedRows = 64;

/** What is compared. */
export interface DriftOptions {
  readonly device: Device;
  readonly state: State;
  /** The linear layers that computed in eight bits. */
  readonly eightBit: EightBitLinears;
  readonly rows: Rows;
  /** The kind of the task's predictions, which says what an answer is. */
  readonly kind: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compiles the forward pass in eight bits and in float32, and runs the first held-out rows in both. Of a
 * language model the logits of every token are compared, a row at a time.
 */
export async function computeDrift(
  trainable: TrainableModel,
  { device, state, eightBit, rows, kind, signal }: DriftOptions,
): Promise<ComputeDrift> {
  const { perRow, ...objective } = trainable.objective;
  const asked = { ...trainable, objective };
  const compile = (eightBit?: EightBitLinears) =>
    device.compile(evaluationProgram(asked, { eightBit }), { frozen: frozenOf(asked), state });
  const count = Math.min(comparedRows, rows.lengths.length);
  // Logits of a whole vocabulary take much room.
  const batchSize = perRow ? 1 : comparedRows;
  const sums = driftSums(kind, objective);
  const int8 = await compile(eightBit);
  try {
    const float32 = await compile();
    try {
      for (let start = 0; start < count; start += batchSize) {
        const length = Math.min(batchSize, count - start);
        const chosen = Array.from({ length }, (_, at) => start + at);
        const [exact, rounded] = [
          await runOver(float32.run, rows, evaluated(objective), { chosen, signal }),
          await runOver(int8.run, rows, evaluated(objective), { chosen, signal }),
        ];
        sums.add(exact, rounded);
      }
    } finally {
      await float32.dispose();
    }
  } finally {
    await int8.dispose();
  }
  return { rows: count, ...sums.result() };
}

/**
 * Adds up differences of outputs.
 *
 * @example
 * ```ts
 * import { driftSums } from "./compute_drift.ts";
 * import assert from "node:assert/strict";
 *
 * const sums = driftSums("single", { outputs: 2 });
 * sums.add([Float32Array.of(1, 2)], [Float32Array.of(1, 0.5)]);
 * assert.deepEqual(sums.result(), { largest: 1.5, mean: 0.75, answers: { same: 0, compared: 1 } });
 * ```
 */
export function driftSums(kind: string, { outputs }: Pick<Objective, "outputs">): {
  add(exact: Outputs, rounded: Outputs): void;
  result(): Omit<ComputeDrift, "rows">;
} {
  const answerOf = answersOf.get(kind);
  let [largest, sum, numbers, same, compared] = [0, 0, 0, 0, 0];
  return {
    add(exact, rounded) {
      exact.forEach((one, row) => {
        const other = rounded[row];
        for (let i = 0; i < one.length; i++) {
          const difference = Math.abs(one[i] - other[i]);
          largest = Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
          sum += difference;
        }
        numbers += one.length;
        for (let at = 0; answerOf && at < one.length; at += outputs) {
          compared++;
          const [a, b] = [one, other].map((each) => answerOf(each.subarray(at, at + outputs)));
          if (a === b) same++;
        }
      });
    },
    result: () => ({
      largest,
      mean: sum / Math.max(1, numbers),
      ...(answerOf ? { answers: { same, compared } } : {}),
    }),
  };
}

/** The likeliest label or next token, or all labels that are said; others have no answers of this kind. */
const answersOf = new Map<string, (logits: Float32Array) => number | string>([
  ["single", likeliestOf],
  ["tags", likeliestOf],
  ["language", likeliestOf],
  ["multi", (logits) => logits.map((logit) => logit > 0 ? 1 : 0).join()],
]);

function likeliestOf(logits: Float32Array): number {
  return logits.reduce((best, logit, at) => logit > logits[best] ? at : best, 0);
}

/** The same in words, with the arithmetic in which the scores are. */
export function driftInWords(
  { rows, largest, mean, answers }: ComputeDrift,
  evaluateCompute = "float32",
): string {
  const share = answers ? (100 * answers.same / Math.max(1, answers.compared)).toFixed(1) : "";
  return `int8 moves outputs by ${mean.toPrecision(2)} on average and ${
    largest.toPrecision(2)
  } at most ` +
    `on ${rows} held-out rows` +
    (answers ? `; ${share} % of ${answers.compared} answers are the same` : "") +
    `; ${evaluateCompute === "float32" ? "scores and files" : "files"} are in float32`;
}
