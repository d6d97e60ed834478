/**
 * Simple predictors on the vectors of a model that nobody has trained.
 *
 * @module
 */
import { logisticRegression } from "../../evaluate/logistic_regression.ts";
import { ridgeRegression } from "../../evaluate/ridge_regression.ts";

/** What is to be told of each item: a class by its name, or a number. */
export type Truth =
  | { readonly kind: "classes"; readonly values: readonly string[] }
  | { readonly kind: "numbers"; readonly values: readonly number[] };

/** Items that a probe learns from and is asked about: rows, or words of rows. */
export interface ProbeItems {
  /** A vector of length 1 of each item. */
  readonly vectors: readonly Float32Array[];
  readonly truth: Truth;
  /** The row of each item; items of one row are never apart. */
  readonly rows: Int32Array;
}

/** What a probe says of items that it has not learned from. */
export interface ProbeAnswers {
  readonly predicted: readonly (string | number)[];
  /** How much likelier each class is than the next one, as a logarithm; 0 for numbers. */
  readonly margins: Float64Array;
}

/** A way to predict: learns from some items and says of others what they are. */
export interface Probe {
  readonly name: string;
  answers(items: ProbeItems, known: readonly number[], asked: readonly number[]): ProbeAnswers;
}

/** A gradient that small for each row changes classes no more. */
const tolerancePerRow = 1e-4;
/** Neighbours that vote. */
const neighbours = 5;

/** The most frequent class, or the mean. */
export const majority: Probe = {
  name: "majority",
  answers({ truth }, known, asked) {
    const told = truth.kind === "classes"
      ? mostFrequent(known.map((at) => truth.values[at]))
      : meanOf(known.map((at) => truth.values[at]));
    return constantly(told, asked.length);
  },
};

/** The class of most of the five nearest items by cosine, the nearest of equal ones; the mean of their numbers. */
export const nearestNeighbours: Probe = {
  name: "nearest neighbours",
  answers({ vectors, truth }, known, asked) {
    const found = asked.map((at) => nearest(vectors, known, vectors[at]));
    return {
      predicted: truth.kind === "classes"
        ? found.map((near) => mostFrequent(near.map((at) => truth.values[at])))
        : found.map((near) => meanOf(near.map((at) => truth.values[at]))),
      margins: new Float64Array(asked.length),
    };
  },
};

/** Logistic regression, or ridge regression for numbers. */
export const linearProbe: Probe = {
  name: "linear probe",
  answers({ vectors, truth }, known, asked) {
    const [learned, questions] = [known, asked].map((items) => items.map((at) => vectors[at]));
    if (truth.kind === "numbers") {
      const fitted = ridgeRegression(learned, known.map((at) => truth.values[at]));
      return { predicted: fitted.predict(questions), margins: new Float64Array(asked.length) };
    }
    const names = known.map((at) => truth.values[at]);
    if (new Set(names).size === 1) return constantly(names[0], asked.length);
    const fitted = logisticRegression(learned, names, {
      tolerance: tolerancePerRow * known.length,
    });
    const found = fitted.probabilities(questions).map((probabilities) => {
      const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
      const [first, second] = order;
      const next = Math.max(probabilities[second], Number.MIN_VALUE);
      return {
        predicted: fitted.classes[first],
        margin: Math.log(probabilities[first] / next),
      };
    });
    return {
      predicted: found.map(({ predicted }) => predicted),
      margins: Float64Array.from(found, ({ margin }) => margin),
    };
  },
};

/**
 * The score of each item: 1 for a right class and 0 for a wrong one; of numbers how much smaller the squared error is
 * than that of the mean, in variances, so that the mean over items is R².
 */
export function itemScores(
  truth: Truth,
  asked: readonly number[],
  predicted: readonly (string | number)[],
): Float64Array {
  if (truth.kind === "classes") {
    return Float64Array.from(asked, (at, i) => Number(truth.values[at] === predicted[i]));
  }
  const mean = meanOf(truth.values);
  const variance = meanOf(truth.values.map((value) => (value - mean) ** 2));
  if (variance === 0) return new Float64Array(asked.length);
  return Float64Array.from(asked, (at, i) => {
    const value = truth.values[at];
    return ((value - mean) ** 2 - (value - Number(predicted[i])) ** 2) / variance;
  });
}

function constantly(told: string | number, count: number): ProbeAnswers {
  return { predicted: Array(count).fill(told), margins: new Float64Array(count) };
}

/** The value that occurs most often, the first of equal ones. */
function mostFrequent(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((most, each) => each[1] > most[1] ? each : most)[0];
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The known items with the largest products, the nearest first. */
function nearest(
  vectors: readonly Float32Array[],
  known: readonly number[],
  vector: Float32Array,
): number[] {
  const best: { readonly at: number; readonly product: number }[] = [];
  for (const at of known) {
    const other = vectors[at];
    let product = 0;
    for (let i = 0; i < vector.length; i++) product += vector[i] * other[i];
    if (best.length === neighbours && product <= best[neighbours - 1].product) continue;
    const place = best.findIndex((each) => each.product < product);
    best.splice(place < 0 ? best.length : place, 0, { at, product });
    if (best.length > neighbours) best.pop();
  }
  return best.map(({ at }) => at);
}
