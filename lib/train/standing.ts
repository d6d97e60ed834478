/**
 * Where a run stands, as the text that a checkpoint keeps.
 *
 * @module
 */
import type { Validation, Verdict } from "./validation.ts";

/** Where a run stands, beside its tensors. */
export interface Standing extends Verdict {
  /** Optimiser steps taken. */
  readonly step: number;
  /** Loss of each step. */
  readonly losses: readonly number[];
}

/** The standing as JSON, which has no NaN and no infinity, unlike a validation's score. */
export function standingText(standing: Standing): string {
  return JSON.stringify(
    standing,
    (_, value) => typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}

/** Reads what `standingText` made of a standing; nothing where a field is missing or wrong. */
export function standingOf(made: unknown): Standing | undefined {
  if (!isRecord(made)) return undefined;
  const { step, losses, best, validationsSinceBest, validations } = made;
  if (!isCount(step) || !isCount(validationsSinceBest)) return undefined;
  if (!Array.isArray(losses) || losses.length !== step || !losses.every(Number.isFinite)) {
    return undefined;
  }
  if (!Array.isArray(validations) || validationsSinceBest > validations.length) return undefined;
  const read = validations.map(validationOf);
  if (!read.every((each) => each !== undefined)) return undefined;
  const standing = { step, losses, validationsSinceBest, validations: read };
  if (best === undefined) return standing;
  const readBest = validationOf(best);
  return readBest && Number.isFinite(readBest.score) ? { ...standing, best: readBest } : undefined;
}

const notFinite: readonly unknown[] = ["NaN", "Infinity", "-Infinity"];

function validationOf(made: unknown): Validation | undefined {
  if (!isRecord(made) || !isCount(made.step)) return undefined;
  const { step, score } = made;
  return Number.isFinite(score) || notFinite.includes(score)
    ? { step, score: Number(score) }
    : undefined;
}

function isRecord(made: unknown): made is Record<string, unknown> {
  return typeof made === "object" && made !== null && !Array.isArray(made);
}

function isCount(made: unknown): made is number {
  return Number.isSafeInteger(made) && (made as number) >= 0;
}
