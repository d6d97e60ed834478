/**
 * The trainer state, as the text that a checkpoint keeps.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import type { EarlyStopping, Validation } from "./early_stopping.ts";
import { type LossScale, lossScaleOf } from "./loss_scaling.ts";

/** Where a run stands, beside its tensors. */
export interface TrainerState extends EarlyStopping {
  /** Optimizer steps taken. */
  readonly step: number;
  /** Loss of each step. */
  readonly losses: readonly number[];
  /** Of a run in float16. */
  readonly lossScale?: LossScale;
}

/** The state as JSON, which has no NaN and no infinity, unlike a validation's score. */
export function trainerStateText(state: TrainerState): string {
  return JSON.stringify(
    state,
    (_, value) => typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}

/** Reads what `trainerStateText` made; nothing where a field is missing or wrong. */
export function trainerStateOf(made: unknown): TrainerState | undefined {
  if (!isRecord(made)) return undefined;
  const { step, losses, best, validationsSinceBest, validations, lossScale: scaleText } = made;
  if (!isCount(step) || !isCount(validationsSinceBest)) return undefined;
  if (!Array.isArray(losses) || losses.length !== step || !losses.every(Number.isFinite)) {
    return undefined;
  }
  if (!Array.isArray(validations) || validationsSinceBest > validations.length) return undefined;
  const read = validations.map(validationOf);
  if (!read.every((each) => each !== undefined)) return undefined;
  const lossScale = scaleText === undefined ? undefined : lossScaleOf(scaleText);
  if (scaleText !== undefined && !lossScale) return undefined;
  const state = {
    ...{ step, losses, validationsSinceBest, validations: read },
    ...(lossScale ? { lossScale } : {}),
  };
  if (best === undefined) return state;
  const readBest = validationOf(best);
  return readBest && Number.isFinite(readBest.score) ? { ...state, best: readBest } : undefined;
}

const notFinite: readonly unknown[] = ["NaN", "Infinity", "-Infinity"];

function validationOf(made: unknown): Validation | undefined {
  if (!isRecord(made) || !isCount(made.step)) return undefined;
  const { step, score } = made;
  return Number.isFinite(score) || notFinite.includes(score)
    ? { step, score: Number(score) }
    : undefined;
}

function isCount(made: unknown): made is number {
  return Number.isSafeInteger(made) && (made as number) >= 0;
}
