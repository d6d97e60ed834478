/**
 * Dynamic loss scaling for gradients that pass through float16 (Micikevicius et al., arXiv 1710.03740),
 * with the numbers of `torch.amp.GradScaler`: the loss is multiplied by a scale before the backward pass,
 * so that small gradients do not vanish; a step whose gradients are too large for float16 is skipped and
 * halves the scale; many steps without one double it.
 *
 * The optimizer divides by the scale before it clips, in the factor that it multiplies gradients with
 * anyway. Scales are powers of two, so that this loses nothing.
 *
 * @module
 */
import type { GroupStep } from "./optimizers/optimizer_rule.ts";

/** The feed of a gradient program that its loss is multiplied with. */
export const lossScaleInput = "lossScale";

/** What loss scaling goes on from. */
export interface LossScale {
  readonly scale: number;
  /** Steps since the scale changed. */
  readonly steadySteps: number;
  /** The steps that moved nothing, from 1. */
  readonly skipped: readonly number[];
}

/** Where `torch.amp.GradScaler` begins. */
export const initialLossScale: LossScale = { scale: 2 ** 16, steadySteps: 0, skipped: [] };
/** Steps without an overflow after which the scale is doubled. */
const growthInterval = 2000;
const growth = 2;
const backoff = 0.5;
/** Gradients that overflow without any scale are no matter of the scale. */
const smallestScale = 1;

/** Follows the scale through a run. */
export class LossScaling {
  #present = initialLossScale;

  /** What a checkpoint keeps. */
  get present(): LossScale {
    return this.#present;
  }

  get scale(): number {
    return this.#present.scale;
  }

  /** Goes on from a checkpoint. */
  restore(present: LossScale): void {
    this.#present = present;
  }

  /**
   * Takes in a step's gradient norm. True where the step was skipped and the run can go on with a smaller
   * scale; false where all is well, or where no scale helps.
   */
  update(step: number, gradientNorm: number): boolean {
    const { scale, steadySteps, skipped } = this.#present;
    if (!Number.isFinite(gradientNorm)) {
      if (scale <= smallestScale) return false;
      this.#present = { scale: scale * backoff, steadySteps: 0, skipped: [...skipped, step] };
      return true;
    }
    this.#present = steadySteps + 1 < growthInterval
      ? { scale, steadySteps: steadySteps + 1, skipped }
      : { scale: scale * growth, steadySteps: 0, skipped };
    return false;
  }
}

/** The groups with their own steps counted without those that were skipped, as Adam's moments are. */
export function withoutSkipped(
  groups: readonly GroupStep[],
  step: number,
  skipped: readonly number[],
): readonly GroupStep[] {
  if (skipped.length === 0) return groups;
  return groups.map((group) => {
    const start = step - group.step + 1;
    return { ...group, step: group.step - skipped.filter((each) => each >= start).length };
  });
}

/** Reads what `LossScaling.present` was; nothing where a field is missing or wrong. */
export function lossScaleOf(made: unknown): LossScale | undefined {
  const { scale, steadySteps, skipped } = Object(made) as Partial<Record<keyof LossScale, unknown>>;
  if (typeof scale !== "number" || !(scale >= smallestScale && Number.isFinite(scale))) {
    return undefined;
  }
  if (!isCount(steadySteps) || !Array.isArray(skipped) || !skipped.every(isCount)) return undefined;
  return { scale, steadySteps, skipped };
}

function isCount(made: unknown): made is number {
  return Number.isSafeInteger(made) && (made as number) >= 0;
}
