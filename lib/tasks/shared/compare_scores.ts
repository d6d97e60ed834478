/**
 * The labels of a reader's answer beside those of the trained model.
 *
 * @module
 */
import type { AnswerDifference } from "../../nn/reader_contract.ts";
import type { SaidLabel } from "./labelled_rows.ts";

/** A label as pipelines give it. */
export interface ScoredLabel {
  readonly label: string;
  readonly score: number;
}

/** The largest difference of a label's probability; a label that the reader does not know is a problem. */
export function compareScores(
  found: readonly ScoredLabel[],
  { probabilities }: Pick<SaidLabel, "probabilities">,
): AnswerDifference {
  const scores = new Map(found.map(({ label, score }) => [label, score]));
  const names = Object.keys(probabilities);
  const missing = names.filter((name) => !scores.has(name));
  if (missing.length > 0) {
    const quoted = (list: readonly string[]) => list.map((each) => JSON.stringify(each)).join(", ");
    return {
      difference: Infinity,
      problem: `it knows no label ${quoted(missing)}, but ${quoted([...scores.keys()])}`,
    };
  }
  const differences = names.map((name) => distance(scores.get(name)!, probabilities[name]));
  return { difference: Math.max(...differences) };
}

/** How far two numbers are apart; infinite where one is not a number. */
export function distance(a: number, b: number): number {
  const found = Math.abs(a - b);
  return Number.isNaN(found) ? Infinity : found;
}
