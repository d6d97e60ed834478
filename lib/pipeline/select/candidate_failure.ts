/**
 * The error of candidates that have no scores to be compared by.
 *
 * @module
 */
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import type { CandidateFolds } from "./run_folds.ts";

/** What to throw where fewer than two folds have a score of every candidate, or where all candidates failed. */
export function candidateFailure(found: readonly CandidateFolds[]): unknown {
  const failed = found.filter(({ error }) => error !== undefined);
  if (failed.length < found.length) {
    return new TunebookError(
      "data",
      "fewer than two folds have a score that is a number for every candidate; fewer folds have more rows each",
    );
  }
  const [{ error }] = failed;
  if (failed.length === 1) return error;
  return mistakes(
    error instanceof TunebookError ? error.kind : "device",
    "every candidate failed:",
    failed.map(({ candidate: { name }, error }) => `${name}: ${messageOf(error)}`),
  );
}
