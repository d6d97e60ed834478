/**
 * What goes wrong in trainings by rewards without any error: rewards that measure length, a model that always
 * writes the same, and groups from which nothing can be learned.
 *
 * @module
 */
import { correlation } from "../../core/correlation.ts";
import { type JudgedRollout, meanEntropy, withoutSpread } from "./rollout_figures.ts";

/** Rollouts that are looked at together. */
const window = 4;
/** Fewer answers say nothing of a correlation. */
const leastAnswers = 32;
/** A correlation of reward and length from which on half of the spread of rewards is that of lengths. */
const lengthBias = 0.7;
/** A share of the entropy at the start below which little new is sampled. */
const collapsedShare = 0.1;
/** A ratio that is this far from 1 before an update is no rounding. */
const leastApart = 0.01;
/** A share of groups without spread from which on a step learns from next to nothing. */
const mostWithout = 0.9;
/** So many rollouts are given to a value function to become better than a constant. */
const patience = 20;
/** Values that explain less are not merely as good as a constant: they harm. */
const leastExplained = -0.1;

/** Looks at each rollout, and says what is alarming once. */
export class RolloutAlarms {
  #recent: JudgedRollout[] = [];
  #firstEntropy: number | undefined;
  #rollouts = 0;
  /** Shares of the returns' variance that the values explained in the rollouts that are looked at. */
  #explained: number[] = [];
  readonly #said = new Set<string>();
  readonly #learnsFromEqual: boolean;

  /** @param learnsFromEqual true where groups without spread are learned from as well */
  constructor(
    { learnsFromEqual = false }: { readonly learnsFromEqual?: boolean | undefined } = {},
  ) {
    this.#learnsFromEqual = learnsFromEqual;
  }

  /**
   * What is alarming now and was not said before, in sentences.
   *
   * @param update how far a ratio before it was from 1, where nothing makes sure that it is 1; the share of the returns'
   * variance that a value function explained; and whether nothing is learned from the rollout
   */
  of(
    rollout: JudgedRollout,
    { farthest = 0, explained, isEmpty = false }: {
      readonly farthest?: number;
      readonly explained?: number | undefined;
      readonly isEmpty?: boolean;
    } = {},
  ): string[] {
    this.#rollouts++;
    this.#recent = [...this.#recent, rollout].slice(-window);
    if (explained !== undefined) this.#explained = [...this.#explained, explained].slice(-window);
    const found = {
      length: this.#lengthBias(),
      entropy: this.#collapse(rollout),
      spread: this.#learnsFromEqual ? undefined : this.#noSpread(),
      ratio: otherModel(farthest),
      values: this.#noForesight(),
      empty: isEmpty ? emptyRollout : undefined,
    };
    return Object.entries(found).flatMap(([name, text]) => {
      if (text === undefined || this.#said.has(name)) return [];
      this.#said.add(name);
      return [text];
    });
  }

  #lengthBias(): string | undefined {
    const pairs = this.#recent.flatMap(({ answers, rewards }) =>
      answers.map(({ tokens }, at) => [rewards[at], tokens.length])
    ).filter(([reward]) => !Number.isNaN(reward));
    if (pairs.length < leastAnswers) return undefined;
    const side = (at: number) => Float64Array.from(pairs, (pair) => pair[at]);
    const found = correlation(side(0), side(1));
    if (!(Math.abs(found) >= lengthBias)) return undefined;
    return `${
      found > 0 ? "longer" : "shorter"
    } answers have the higher rewards (correlation of reward and ` +
      `length ${
        found.toFixed(2)
      } over ${pairs.length} answers): the model may learn the length alone; look at ` +
      "the samples, or reward answers of equal length alike";
  }

  #collapse({ answers }: JudgedRollout): string | undefined {
    const entropy = meanEntropy(answers);
    this.#firstEntropy ??= entropy;
    if (!(entropy < collapsedShare * this.#firstEntropy)) return undefined;
    return `the entropy has fallen from ${this.#firstEntropy.toFixed(2)} to ${
      entropy.toFixed(2)
    } nats: the ` +
      "model samples hardly anything new; take a lower learningRate, a higher temperature, or beta above 0";
  }

  #noSpread(): string | undefined {
    if (this.#recent.length < window) return undefined;
    const noun = this.#recent.every(({ groupSize }) => groupSize === undefined)
      ? "rollouts"
      : "groups";
    const groups = this.#recent.map(({ rewards, groupSize }) => withoutSpread(rewards, groupSize));
    const share = groups.reduce((sum, each) => sum + each, 0) / groups.length;
    if (share < mostWithout) return undefined;
    return `in ${
      Math.round(100 * share)
    } % of the ${noun} all answers have the same reward, so that nothing is ` +
      "learned from them: the prompts are too hard or too easy, or the reward is too coarse";
  }

  #noForesight(): string | undefined {
    if (this.#rollouts <= patience || this.#explained.length < window) return undefined;
    const mean = this.#explained.reduce((sum, each) => sum + each, 0) / window;
    if (mean >= leastExplained) return undefined;
    return `after ${this.#rollouts} rollouts the value function foresees returns worse than a constant ` +
      `(explained variance ${
        mean.toFixed(2)
      }): advantages are noisy; take a higher valueWeight, a larger ` +
      "batchSize, or lambda nearer to 1";
  }
}

const emptyRollout =
  "no answer of this step is learned from, and it changes nothing: all rewards of a group are equal, or none is " +
  "high enough; the result says how many such steps there were";

/** A training that leaves numbers out at random learns from answers of another model. */
function otherModel(farthest: number): string | undefined {
  if (farthest < leastApart) return undefined;
  return `before an update a token is by a factor of ${
    (1 + farthest).toFixed(2)
  } more or less likely in the ` +
    "training than where it was sampled: dropout, or numbers of fewer bits, make them two models; take dropout: 0";
}
