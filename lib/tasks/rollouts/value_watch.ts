/**
 * How well a value function expects what comes.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { LearnedAnswer } from "./learned_answer.ts";

/** What was seen of a step. */
export interface ValueFigures {
  /** Half the mean of the clipped squared errors of the tokens. */
  readonly loss: number;
  /**
   * The share of the returns' variance that the values explain: 1 is all of it, 0 none; below 0 they are worse than
   * a constant.
   */
  readonly explained: number;
  /** How far the farthest value is from that of the rollout, over 1 + its size. */
  readonly farthest: number;
}

/** How far a value before the first update may be from that of the rollout: float32, computed in another order. */
const tolerance = 1e-3;

/** Collects the values of one optimiser step. */
export class ValueWatch {
  readonly #returns: number[] = [];
  readonly #errors: number[] = [];
  #loss = 0;
  #farthest = 0;

  /** Takes in what is expected now before each token of an answer that counts, [tokens]. */
  add({ estimates }: LearnedAnswer, present: Float32Array, valueClip: number): void {
    const { oldValues, returns } = estimates!;
    present.forEach((value, at) => {
      const moved = Math.max(-valueClip, Math.min(valueClip, value - oldValues[at]));
      const [error, near] = [value - returns[at], oldValues[at] + moved - returns[at]];
      this.#loss += Math.max(error ** 2, near ** 2) / 2;
      const apart = Math.abs(value - oldValues[at]) / (1 + Math.abs(oldValues[at]));
      this.#farthest = Math.max(this.#farthest, apart);
      this.#returns.push(returns[at]);
      this.#errors.push(error);
    });
  }

  /** What was seen. Returns that are all the same leave nothing to explain, which is 0. */
  get figures(): ValueFigures {
    const spread = variance(this.#returns);
    return {
      loss: this.#returns.length === 0 ? 0 : this.#loss / this.#returns.length,
      explained: spread > 0 ? 1 - variance(this.#errors) / spread : 0,
      farthest: this.#farthest,
    };
  }
}

/** Throws an error of kind "diverged" where values before an update are not those of the rollout. */
export function requireSameValues({ farthest }: ValueFigures): void {
  if (farthest <= tolerance) return;
  throw new TunebookError(
    "diverged",
    `before the update a value differs by ${
      farthest.toExponential(1)
    } of its size from that of the ` +
      `rollout, and may by ${tolerance}: the two compute different models`,
  );
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
