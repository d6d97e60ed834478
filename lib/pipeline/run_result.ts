/**
 * What a run leaves: scores, receipts and a model that predicts.
 *
 * @module
 */
import type { SplitReport } from "../data/report.ts";
import type { Receipt } from "../deploy/target.ts";
import type { Predictions } from "../metrics/metric.ts";
import { formatNumber } from "./format_number.ts";

/** One text's prediction. */
export interface Prediction {
  readonly text: string;
  /** The label, the labels, or the number. */
  readonly label: string | readonly string[] | number;
  /** Probability by label; the value itself for a regression. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** What a run was, in numbers. */
export interface RunSummary {
  readonly model: string;
  readonly method: string;
  readonly device: string;
  /** Training rows. */
  readonly examples: number;
  readonly epochs: number;
  readonly steps: number;
  readonly trainSeconds: number;
  readonly stepsPerSecond: number;
  readonly trainedParameters: number;
  readonly totalParameters: number;
}

/** What a run leaves. */
export interface RunResult<Scores> extends RunSummary {
  readonly scores: Scores;
  readonly receipts: readonly Receipt[];
  /** The folders that were written. */
  readonly outputs: readonly string[];
  /** The loss of each step. */
  readonly losses: readonly number[];
  readonly validations: readonly { readonly step: number; readonly score: number }[];
  readonly splits: SplitReport;
  /** What the model said about the held-out rows. */
  readonly predictions: Predictions;
  /** Labels new texts. */
  predict(texts: readonly string[]): Promise<Prediction[]>;
  /** Frees the model. */
  dispose(): Promise<void>;
  toString(): string;
}

/** A result in words. */
export function describeResult(
  result: RunSummary & Pick<RunResult<unknown>, "scores" | "receipts">,
): string {
  const share = 100 * result.trainedParameters / result.totalParameters;
  const scores = Object.entries(result.scores as Record<string, unknown>)
    .map(([name, value]) => `  ${name.padEnd(16)} ${describeScore(value)}`);
  const receipts = result.receipts.map((receipt) => {
    const bytes = receipt.files.reduce((sum, file) => sum + file.bytes, 0);
    return `  ${receipt.target.padEnd(8)} ${receipt.folder} (${(bytes / 1e6).toFixed(1)} MB): ` +
      `largest logit difference ${receipt.largestDifference.toExponential(1)} on ${receipt.rows} ` +
      `held-out rows (allowed ${receipt.tolerance.toExponential(0)})`;
  });
  return [
    `${result.method} on ${result.model}`,
    `  ${result.examples} rows, ${result.steps} steps in ${result.trainSeconds.toFixed(1)} s ` +
    `(${result.stepsPerSecond.toFixed(2)} steps/s) on ${result.device}`,
    `  trained ${result.trainedParameters.toLocaleString("en")} of ` +
    `${result.totalParameters.toLocaleString("en")} parameters (${share.toFixed(2)} %)`,
    ...(scores.length > 0 ? ["scores on held-out rows", ...scores] : []),
    ...(receipts.length > 0 ? ["deployed", ...receipts] : []),
  ].join("\n");
}

function describeScore(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  return JSON.stringify(
    value,
    (_, part) => typeof part === "number" && !Number.isInteger(part) ? +part.toFixed(4) : part,
  );
}
