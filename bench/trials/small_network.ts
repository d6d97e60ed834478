/**
 * A small network that learns classes from sets of features in milliseconds: the mean of the features'
 * vectors, a hyperbolic tangent, and a linear layer (as fastText: Joulin et al. 2016), by Adagrad on the
 * features that occur.
 *
 * @module
 */
import { Random } from "../../lib/core/random.ts";

/** A row: the numbers of its features, and its class. */
export interface FeatureRow {
  readonly features: readonly number[];
  readonly label: number;
}

/** What a trial varies. */
export interface NetworkSettings {
  readonly learningRate: number;
  /** How wide the vectors are. */
  readonly width: number;
  /** Which share of a row's features is left out in training. */
  readonly dropout: number;
  readonly weightDecay: number;
  readonly batchSize: number;
}

/** What does not vary. */
export interface NetworkShape {
  readonly features: number;
  readonly classes: number;
  readonly epochs: number;
}

/** Keeps the first steps of Adagrad finite. */
const smallest = 1e-8;
/** The standard deviation of the first vectors. */
const firstScale = 0.1;

/** Weights with the squares of their gradients, rows of a matrix. */
interface Matrix {
  readonly columns: number;
  readonly values: Float64Array;
  readonly squares: Float64Array;
}

/** Trains on rows, and gives the class that it says for each of other rows. */
export function trainedAnswers(
  train: readonly FeatureRow[],
  asked: readonly FeatureRow[],
  settings: NetworkSettings,
  { features, classes, epochs, seed }: NetworkShape & { readonly seed: number },
): number[] {
  const { width, batchSize } = settings;
  const random = Random.fromSeed(seed, "network");
  const matrix = (rows: number, columns: number, scale: number): Matrix => ({
    columns,
    values: Float64Array.from({ length: rows * columns }, () => scale * random.normal()),
    squares: new Float64Array(rows * columns),
  });
  const vectors = matrix(features, width, firstScale);
  const output = matrix(classes, width + 1, 0); // the last column is the bias
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffled(train.length, random);
    for (let from = 0; from < order.length; from += batchSize) {
      const batch = order.slice(from, from + batchSize).map((at) => train[at]);
      learnBatch(batch, { vectors, output }, settings, random);
    }
  }
  return asked.map((row) => {
    const scores = scoresOf(hiddenOf(row.features, vectors), output);
    return scores.indexOf(Math.max(...scores));
  });
}

function shuffled(count: number, random: Random): number[] {
  const order = Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(random.uniform() * (at + 1));
    [order[at], order[other]] = [order[other], order[at]];
  }
  return order;
}

/** tanh of the mean of the vectors. [width] */
function hiddenOf(features: readonly number[], { values, columns }: Matrix): Float64Array {
  const hidden = new Float64Array(columns);
  for (const feature of features) {
    for (let at = 0; at < columns; at++) hidden[at] += values[feature * columns + at];
  }
  return hidden.map((sum) => Math.tanh(sum / Math.max(1, features.length)));
}

function scoresOf(hidden: Float64Array, { values, columns }: Matrix): number[] {
  return Array.from({ length: values.length / columns }, (_, label) => {
    let score = values[label * columns + columns - 1];
    for (let at = 0; at < hidden.length; at++) score += values[label * columns + at] * hidden[at];
    return score;
  });
}

/** Gradients of rows of a matrix, by their numbers. */
type RowGradients = Map<number, Float64Array>;

function learnBatch(
  batch: readonly FeatureRow[],
  { vectors, output }: { readonly vectors: Matrix; readonly output: Matrix },
  { learningRate, dropout, weightDecay }: NetworkSettings,
  random: Random,
): void {
  const ofVectors: RowGradients = new Map();
  const ofOutput: RowGradients = new Map();
  const gradientOf = (gradients: RowGradients, row: number, columns: number) => {
    let found = gradients.get(row);
    if (!found) gradients.set(row, found = new Float64Array(columns));
    return found;
  };
  for (const { features, label } of batch) {
    const kept = features.filter(() => random.uniform() >= dropout);
    const hidden = hiddenOf(kept, vectors);
    const scores = scoresOf(hidden, output);
    const most = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - most));
    const total = powers.reduce((sum, power) => sum + power, 0);
    const back = new Float64Array(hidden.length);
    powers.forEach((power, each) => {
      const slope = (power / total - Number(each === label)) / batch.length;
      const gradient = gradientOf(ofOutput, each, output.columns);
      for (let at = 0; at < hidden.length; at++) {
        gradient[at] += slope * hidden[at];
        back[at] += slope * output.values[each * output.columns + at];
      }
      gradient[hidden.length] += slope;
    });
    for (const feature of kept) {
      const gradient = gradientOf(ofVectors, feature, vectors.columns);
      for (let at = 0; at < back.length; at++) {
        gradient[at] += back[at] * (1 - hidden[at] ** 2) / kept.length;
      }
    }
  }
  for (const [matrix, gradients] of [[vectors, ofVectors], [output, ofOutput]] as const) {
    for (const [row, gradient] of gradients) {
      gradient.forEach((slope, column) => {
        const at = row * matrix.columns + column;
        matrix.squares[at] += slope ** 2;
        const step = slope / (Math.sqrt(matrix.squares[at]) + smallest);
        matrix.values[at] -= learningRate * (step + weightDecay * matrix.values[at]);
      });
    }
  }
}
