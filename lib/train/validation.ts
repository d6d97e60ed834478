/**
 * What validation scores mean for a run: the best one so far, and whether to go on.
 *
 * @module
 */

/** A validation's result. */
export interface Validation {
  /** After this optimiser step. */
  readonly step: number;
  readonly score: number;
}

/** The validations of a run. */
export interface Verdict {
  /** The best validation so far. */
  readonly best?: Validation;
  /** Validations since the best one. */
  readonly validationsSinceBest: number;
  readonly validations: readonly Validation[];
}

/** Before the first validation. */
export const noVerdict: Verdict = { validationsSinceBest: 0, validations: [] };

/** Takes in a score. One that is no finite number is worse than every number. */
export function judge(
  verdict: Verdict,
  validation: Validation,
  better: "higher" | "lower",
): Verdict {
  const { best, validationsSinceBest, validations } = verdict;
  const { score } = validation;
  const isBest = Number.isFinite(score) &&
    (!best || (better === "higher" ? score > best.score : score < best.score));
  const kept = isBest ? validation : best;
  return {
    ...(kept ? { best: kept } : {}),
    validationsSinceBest: isBest ? 0 : validationsSinceBest + 1,
    validations: [...validations, validation],
  };
}

/** True where `patience` validations have passed without a better score. */
export function isExhausted(verdict: Verdict, patience: number | undefined): boolean {
  return patience !== undefined && verdict.validationsSinceBest >= patience;
}
