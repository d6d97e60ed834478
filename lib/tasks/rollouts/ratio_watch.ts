/**
 * How the probabilities of sampled tokens in the training compare with those of the sampler.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { AnswersLoss } from "./answers_objective.ts";
import type { LearnedAnswer } from "./learned_answer.ts";
import type { PolicyLoss } from "./policy_objective.ts";

/** How far a ratio before the first update may be from 1: float32, computed in another order. */
const tolerance = 1e-4;

/** What of a loss says how ratios are watched; without clips every token has a ratio of its own, and none is cut. */
export interface WatchedLoss
  extends
    Pick<AnswersLoss, "name" | "temperature" | "together">,
    Partial<Pick<PolicyLoss, "ratio" | "epsilonLow" | "epsilonHigh">> {}

/** What was seen of a step. */
export interface RatioFigures {
  /** The mean ratio of the tokens. */
  readonly mean: number;
  /** How far the farthest one is from 1. */
  readonly farthest: number;
  /** The share of ratios whose gradient was cut; absent where the loss cuts none. */
  readonly clipped?: number;
}

/** Collects the ratios of one optimiser step. */
export class RatioWatch {
  readonly #loss: WatchedLoss;
  #sum = 0;
  #tokens = 0;
  #farthest = 0;
  #clipped = 0;
  #ratios = 0;

  constructor(loss: WatchedLoss) {
    this.#loss = loss;
  }

  /** Takes in the present log probabilities of an answer that counts, [tokens]. */
  add(
    { oldLogProbs, advantage, estimates, length }: LearnedAnswer,
    present: Float32Array,
  ): void {
    const { ratio = "token", epsilonLow = Infinity, epsilonHigh = Infinity } = this.#loss;
    const changes = Array.from(present, (logProb, at) => logProb - oldLogProbs[at]);
    for (const change of changes) {
      this.#sum += Math.exp(change);
      this.#farthest = Math.max(this.#farthest, Math.abs(Math.expm1(change)));
    }
    this.#tokens += changes.length;
    const total = changes.reduce((sum, change) => sum + change, 0);
    const own = ratio === "token" ? changes : [ratio === "sum" ? total : total / length];
    this.#ratios += own.length;
    own.forEach((change, at) => {
      const gain = estimates?.advantages[at] ?? advantage;
      const isCut = gain > 0
        ? Math.exp(change) > 1 + epsilonHigh
        : gain < 0 && Math.exp(change) < 1 - epsilonLow;
      if (isCut) this.#clipped++;
    });
  }

  /** What was seen; a step without an answer that counts has the ratio 1. */
  get figures(): RatioFigures {
    return {
      mean: this.#tokens === 0 ? 1 : this.#sum / this.#tokens,
      farthest: this.#farthest,
      ...(this.#loss.epsilonHigh === undefined
        ? {}
        : { clipped: this.#ratios === 0 ? 0 : this.#clipped / this.#ratios }),
    };
  }
}

/** Throws an error of kind "diverged" where a ratio before an update is not 1. */
export function requireRatioOne({ farthest }: RatioFigures): void {
  if (farthest <= tolerance) return;
  throw new TunebookError(
    "diverged",
    `before the update a token is ${
      farthest.toExponential(1)
    } more or less likely in the training than ` +
      `where it was sampled, and may be ${tolerance}: the two compute different models`,
  );
}
