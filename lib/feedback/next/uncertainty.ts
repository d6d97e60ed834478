/**
 * How little a model knows what to answer.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { FeedbackItem } from "../item.ts";
import { answersContent } from "../kinds/content_shapes.ts";

/** Sums of probabilities that were rounded. */
const roundedSum = 1e-3;

/**
 * The items with how unsure a model is of each, from 0 to 1. Answers to choose from have a score each, such as a
 * reward or a log probability: the entropy of their softmax, which for two falls with the margin between them. A
 * label has a probability for each label (or a logit): their entropy. For thumbs the number is the probability of a
 * thumb up; for an answer to edit and for spans how sure the model is, from 0 to 1.
 *
 * Throws one error of kind "data" with all items whose scores are none.
 */
export function withUncertainty(
  items: readonly FeedbackItem[],
  scores: readonly unknown[],
  labels: readonly string[],
): FeedbackItem[] {
  const wrong: string[] = [];
  const all = items.map((item, at): FeedbackItem => {
    const wanted = numbersOf(item, labels);
    const own = listed(scores[at]);
    if (!own || own.length !== wanted || !own.every(Number.isFinite)) {
      const needed = wanted === 1 ? "one number" : `${wanted} numbers`;
      wrong.push(`item ${at + 1}: its scores are ${shownValue(scores[at])}, not ${needed}`);
      return item;
    }
    if (wanted === 1 && (own[0] < 0 || own[0] > 1)) {
      wrong.push(`item ${at + 1}: its score is ${own[0]}, not a number from 0 to 1`);
      return item;
    }
    return { ...item, uncertainty: uncertaintyOf(item, own) };
  });
  if (wrong.length > 0) throw mistakes("data", "these scores cannot be used:", wrong);
  return all;
}

function listed(value: unknown): readonly number[] | undefined {
  if (typeof value === "number") return [value];
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  return Array.isArray(value) ? value : undefined;
}

/** How many scores an item has. */
function numbersOf({ kind, content }: FeedbackItem, labels: readonly string[]): number {
  if (kind === "pair" || kind === "ranking") return answersContent(content).answers.length;
  return kind === "label" ? labels.length : 1;
}

function uncertaintyOf({ kind }: FeedbackItem, scores: readonly number[]): number {
  if (kind === "edit" || kind === "spans") return 1 - scores[0];
  if (kind === "thumbs") return entropy([scores[0], 1 - scores[0]]);
  const sum = scores.reduce((all, each) => all + each, 0);
  const areShares = kind === "label" && scores.every((each) => each >= 0) &&
    Math.abs(sum - 1) < roundedSum;
  return entropy(areShares ? scores : softmax(scores));
}

function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const powers = scores.map((each) => Math.exp(each - most));
  const sum = powers.reduce((all, each) => all + each, 0);
  return powers.map((each) => each / sum);
}

/** Of shares, 1 where all are equal. */
function entropy(shares: readonly number[]): number {
  const bits = shares.reduce((sum, each) => each > 0 ? sum - each * Math.log(each) : sum, 0);
  return bits / Math.log(shares.length);
}
