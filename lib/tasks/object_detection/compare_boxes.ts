/**
 * The boxes of a reader's answer beside those of the trained model.
 *
 * @module
 */
import type { AnswerDifference } from "../../nn/reader_contract.ts";
import { distance } from "../shared/compare_scores.ts";
import { boxNumbers } from "./box_shares.ts";

/** An object as pipelines give it, its corners as shares of the image. */
export interface CornerBox {
  readonly label: string;
  readonly score: number;
  readonly box: {
    readonly xmin: number;
    readonly ymin: number;
    readonly xmax: number;
    readonly ymax: number;
  };
}

/** A query of the trained model. */
interface Query {
  /** Probabilities of the classes, that of "no object" last. */
  readonly chances: readonly number[];
  readonly best: number;
  /** By how much the best class leads before the next. */
  readonly lead: number;
  /** Left, top, right and bottom as shares of the image. */
  readonly corners: readonly number[];
}

/**
 * The largest difference of a score or of a corner. The reader tells the queries in their order, without those
 * that are likeliest nothing; where two classes of a query are as likely within the tolerance, either is right.
 *
 * @param output what the trained model gives for the image, [queries · (classes + 1 + 4)]
 */
export function compareQueries(
  found: readonly CornerBox[],
  output: Float32Array,
  { labels, tolerance }: { readonly labels: readonly string[]; readonly tolerance: number },
): AnswerDifference {
  const none = labels.length;
  let largest = 0;
  let next = 0;
  for (const query of queriesOf(output, none)) {
    const isTie = query.lead <= 2 * tolerance;
    const own = found[next];
    const isSame = own?.label === labels[query.best];
    const differences = own && (isSame || isTie) ? differencesOf(own, query, labels) : undefined;
    const isTold = differences !== undefined && differences.every((each) => each <= tolerance);
    if (query.best === none) {
      if (isTie && isTold) next++;
      continue;
    }
    if (isTie && !isTold) continue;
    if (!differences) {
      const name = JSON.stringify(labels[query.best]);
      return {
        difference: Infinity,
        problem: own
          ? `it says ${JSON.stringify(own.label)} where the trained model says ${name}`
          : `it finds ${found.length} objects, and not the ${name} that the trained model finds`,
      };
    }
    largest = Math.max(largest, ...differences);
    next++;
  }
  if (next === found.length) return { difference: largest };
  return {
    difference: Infinity,
    problem: `it finds ${found.length} objects, but the trained model ${next}`,
  };
}

/** How far score and corners are apart; undefined for a label that the model does not know. */
function differencesOf(
  found: CornerBox,
  { chances, corners }: Query,
  labels: readonly string[],
): number[] | undefined {
  const id = labels.indexOf(found.label);
  return id < 0 ? undefined : cornerDistances(found, chances[id], corners);
}

/** How far a reader's score and corners are from these. */
export function cornerDistances(
  { score, box }: CornerBox,
  ownScore: number,
  corners: readonly number[],
): number[] {
  const edges = [box.xmin, box.ymin, box.xmax, box.ymax];
  return [distance(score, ownScore), ...edges.map((edge, at) => distance(edge, corners[at]))];
}

function* queriesOf(output: Float32Array, classes: number): Generator<Query> {
  const perQuery = classes + 1 + boxNumbers;
  for (let from = 0; from < output.length; from += perQuery) {
    const logits = output.subarray(from, from + classes + 1);
    const top = logits.reduce((a, b) => Math.max(a, b));
    const powers = Array.from(logits, (logit) => Math.exp(logit - top));
    const sum = powers.reduce((a, b) => a + b);
    const chances = powers.map((power) => power / sum);
    const [first, second] = chances.toSorted((a, b) => b - a);
    const [x, y, width, height] = output.subarray(from + classes + 1, from + perQuery);
    yield {
      chances,
      best: chances.indexOf(first),
      lead: first - second,
      corners: [x - width / 2, y - height / 2, x + width / 2, y + height / 2],
    };
  }
}
