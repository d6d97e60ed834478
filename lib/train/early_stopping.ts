/**
 * Early stopping: the best validation score so far, and whether a run should go on.
 *
 * @module
 */

/** A validation's result. */
export interface Validation {
  /** After this optimizer step. */
  readonly step: number;
  readonly score: number;
}

/** What early stopping knows: the validations of a run. */
export interface EarlyStopping {
  /** The best validation so far. */
  readonly best?: Validation;
  /** Validations since the best one. */
  readonly validationsSinceBest: number;
  readonly validations: readonly Validation[];
}

/** Before the first validation. */
export const beforeValidation: EarlyStopping = { validationsSinceBest: 0, validations: [] };

/** Takes in a score. One that is no finite number is worse than every number. */
export function withValidation(
  earlier: EarlyStopping,
  validation: Validation,
  better: "higher" | "lower",
): EarlyStopping {
  const { best, validationsSinceBest, validations } = earlier;
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
export function shouldStop(
  { validationsSinceBest }: EarlyStopping,
  patience: number | undefined,
): boolean {
  return patience !== undefined && validationsSinceBest >= patience;
}
