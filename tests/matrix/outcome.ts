/**
 * How a cell of the matrix ended.
 *
 * @module
 */
import { messageOf, TunebookError } from "../../lib/core/errors.ts";
import type { Cell } from "./cell.ts";

/**
 * `works`: trained, scored, deployed, opened and asked. `refused`: a clear error before the first step. `accepted`: a
 * target that takes the trained model and was not written in this training, but in others. `raw`: anything else,
 * which is a fault.
 */
export type Ending = "works" | "refused" | "accepted" | "raw";

/** The end of a training, or of one of its targets. */
export interface Outcome extends Cell {
  /** The deploy target; absent for the training itself, whose refusal is that of all of its targets. */
  readonly target?: string;
  readonly ending: Ending;
  /** Why it was refused, or what went wrong. */
  readonly reason?: string;
}

/** Kinds of errors that tell a person what to ask for instead. */
const refusals: readonly string[] = ["input", "data", "weights", "unsupported"];

/** What an error before the first step is. */
export function endingOf(error: unknown): Pick<Outcome, "ending" | "reason"> {
  const isRefusal = error instanceof TunebookError && refusals.includes(error.kind);
  return isRefusal ? { ending: "refused", reason: error.message } : faultOf(error);
}

/** What an error after the first step is, whatever its kind. */
export function faultOf(error: unknown): Pick<Outcome, "ending" | "reason"> {
  const name = error instanceof TunebookError ? `TunebookError (${error.kind})` : String(
    (error as Error | undefined)?.name ?? typeof error,
  );
  const [, place = ""] = /(lib\/[\w/.]+:\d+)/.exec(String((error as Error)?.stack ?? "")) ?? [];
  return { ending: "raw", reason: `${name}${place ? ` at ${place}` : ""}: ${messageOf(error)}` };
}

/** The first number within a value that is none, by its path; undefined where all are numbers. */
export function badNumber(value: unknown, path = "answers"): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  if (value instanceof Uint8Array || value === null || typeof value !== "object") return undefined;
  const entries = ArrayBuffer.isView(value)
    ? Object.entries(Array.from(value as Float32Array))
    : Object.entries(value);
  for (const [name, each] of entries) {
    const found = badNumber(each, `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
