/**
 * What a trial that runs in another process says of itself, a line of text each.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import type { TrialOutcome } from "./run_trial.ts";

/** A step, a score of the validation rows, or how it ended. */
export type TrialLine =
  | { readonly step: number; readonly totalSteps: number; readonly epoch: number }
  | {
    readonly score: number;
    readonly epochs: number;
    /** Nothing comes after the last one. */
    readonly isLast: boolean;
  }
  | { readonly outcome: TrialOutcome };

/** What these lines begin with, which no other line does. */
const mark = "@tunebook-trial ";
/** A reason may be a whole traceback. */
const mostReason = 2000;
const states: readonly unknown[] = ["complete", "pruned", "failed", "interrupted"];

/** Writes a line. */
export function writeTrialLine(line: TrialLine): string {
  const told = "outcome" in line && "reason" in line.outcome
    ? { outcome: { ...line.outcome, reason: line.outcome.reason.slice(0, mostReason) } }
    : line;
  return mark + JSON.stringify(told);
}

/** Reads a line; undefined for any other one, also where it came in part. */
export function readTrialLine(text: string): TrialLine | undefined {
  if (!text.startsWith(mark)) return undefined;
  let line: unknown;
  try {
    line = JSON.parse(text.slice(mark.length));
  } catch {
    return undefined;
  }
  if (!isRecord(line)) return undefined;
  const areNumbers = (...names: string[]) => names.every((name) => Number.isFinite(line[name]));
  const isLine = isOutcome(line.outcome) || areNumbers("step", "totalSteps", "epoch") ||
    areNumbers("score", "epochs") && typeof line.isLast === "boolean";
  return isLine ? line as unknown as TrialLine : undefined;
}

function isOutcome(made: unknown): made is TrialOutcome {
  if (!isRecord(made) || !states.includes(made.state) || !isRecord(made.figures)) return false;
  if (!Object.values(made.figures).every(Number.isFinite)) return false;
  if (made.state === "complete") return Number.isFinite(made.score);
  return made.state === "interrupted" || typeof made.reason === "string";
}
