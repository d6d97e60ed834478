/**
 * What a model thinks of answers that people judged, as metrics take it.
 *
 * @module
 */
import type { AnyPredictions } from "./predictions.ts";

/** The answers that were judged alike: the better ones of pairs, or the good ones. */
export interface JudgedAnswers {
  /** The row of the table that each answer is of, from 0, [answers]. */
  readonly rowOf: Int32Array;
  /** The model's reward of each, [answers]. */
  readonly rewards: Float64Array;
}

/** Judged answers of a model that writes. */
export interface WrittenAnswers extends JudgedAnswers {
  /** The logarithm of the probability of each whole answer, its end token included, [answers]. */
  readonly logProbabilities: Float64Array;
  /** Tokens of each answer, [answers]. */
  readonly tokens: Int32Array;
  /**
   * How far the model is from what it was before its training on the tokens of each answer, summed over them, [answers]:
   * exp(d) − 1 − d, where d is log p before the training less log p (Schulman, "Approximating KL divergence", 2020). Absent where there
   * is nothing to compare with by token.
   */
  readonly divergences?: Float64Array;
}

/** Rewards of better and worse answers. */
export interface AnyPreferencePredictions<Answers extends JudgedAnswers = JudgedAnswers>
  extends AnyPredictions {
  /** Better ones, or good ones. */
  readonly chosen: Answers;
  /** Worse ones, or bad ones. */
  readonly rejected: Answers;
  /** Whether each better answer stands beside a worse one to the same prompt, at the same place of the lists. */
  readonly isPaired: boolean;
  select(rows: ArrayLike<number>): AnyPreferencePredictions<Answers>;
}

/** What a reward model thinks. */
export interface RewardPredictions extends AnyPreferencePredictions {
  readonly kind: "reward";
  select(rows: ArrayLike<number>): RewardPredictions;
}

/** What a model that writes thinks, by the probabilities that it gives to answers. */
export interface PreferencePredictions extends AnyPreferencePredictions<WrittenAnswers> {
  readonly kind: "preference";
  select(rows: ArrayLike<number>): PreferencePredictions;
}

/** What predictions are made of. */
export interface PreferencesGiven<Answers extends JudgedAnswers> {
  /** Rows of the table. */
  readonly rows: number;
  readonly chosen: Answers;
  readonly rejected: Answers;
  readonly isPaired: boolean;
}

/**
 * The predictions of a reward model.
 *
 * @example
 * ```ts
 * import { rewardAccuracy, rewardPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const rowOf = Int32Array.of(0, 1);
 * const predictions = rewardPredictions({
 *   rows: 2,
 *   chosen: { rowOf, rewards: Float64Array.of(1, 0) },
 *   rejected: { rowOf, rewards: Float64Array.of(0, 2) },
 *   isPaired: true,
 * });
 * assert.equal(rewardAccuracy.compute(predictions), 0.5);
 * ```
 */
export function rewardPredictions(given: PreferencesGiven<JudgedAnswers>): RewardPredictions {
  return {
    ...given,
    kind: "reward",
    select: (rows) => rewardPredictions(selected(given, rows, ({ rewards }) => ({ rewards }))),
  };
}

/**
 * The predictions of a model that writes.
 *
 * @example
 * ```ts
 * import { preferencePredictions, rewardMargin } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const answersOf = (reward: number) => ({
 *   rowOf: Int32Array.of(0),
 *   rewards: Float64Array.of(reward),
 *   logProbabilities: Float64Array.of(-3),
 *   tokens: Int32Array.of(2),
 * });
 * const [chosen, rejected] = [answersOf(0.5), answersOf(-0.5)];
 * const predictions = preferencePredictions({ rows: 1, chosen, rejected, isPaired: true });
 * assert.equal(rewardMargin.compute(predictions), 1);
 * ```
 */
export function preferencePredictions(
  given: PreferencesGiven<WrittenAnswers>,
): PreferencePredictions {
  return {
    ...given,
    kind: "preference",
    select: (rows) =>
      preferencePredictions(
        selected(given, rows, ({ rewards, logProbabilities, tokens, divergences }) => ({
          rewards,
          logProbabilities,
          tokens,
          ...(divergences ? { divergences } : {}),
        })),
      ),
  };
}

/** The answers of some rows, which may come more than once; rows are numbered anew. */
function selected<Answers extends JudgedAnswers>(
  { chosen, rejected, isPaired }: PreferencesGiven<Answers>,
  rows: ArrayLike<number>,
  numbersOf: (answers: Answers) => Omit<Answers, "rowOf">,
): PreferencesGiven<Answers> {
  const some = (answers: Answers) => {
    const ofRow = Map.groupBy(answers.rowOf.keys(), (at) => answers.rowOf[at]);
    const places = Array.from(rows, (row, to) => (ofRow.get(row) ?? []).map((at) => ({ at, to })))
      .flat();
    const numbers = Object.entries(numbersOf(answers)).map(([name, list]) => {
      const from = list as Float64Array | Int32Array;
      const own = from instanceof Int32Array
        ? new Int32Array(places.length)
        : new Float64Array(places.length);
      places.forEach(({ at }, i) => own[i] = from[at]);
      return [name, own];
    });
    return {
      rowOf: Int32Array.from(places, ({ to }) => to),
      ...Object.fromEntries(numbers),
    } as Answers;
  };
  return { rows: rows.length, chosen: some(chosen), rejected: some(rejected), isPaired };
}
