/**
 * Influence of training rows by gradients: TracIn (Pruthi et al., "Estimating Training Data Influence by Tracing
 * Gradient Descent", 2020, arXiv 2002.08484), and the cosine of two gradients (Hanawa et al. 2021, arXiv 2006.04528).
 *
 * @module
 */
import { pauses } from "../../core/pauses.ts";
import type { RowGradients } from "./row_gradients.ts";

/** Where a run stood, and how far a step then went. */
export interface InfluencePoint {
  readonly learningRate: number;
  /** Puts the numbers of that step into the state that gradients are asked of. */
  restore(): Promise<void>;
}

/** Rows whose gradients are compared. */
export interface InfluenceRows {
  readonly gradients: RowGradients;
  readonly count: number;
}

/** What training rows have done to a held-out row. */
export interface RowTrace {
  /** The held-out row's loss at the last point. */
  readonly loss: number;
  /**
   * Of each training row, [training rows]: the sum over the points of the learning rate times the product of the two
   * gradients, which is by how much a step on the row lowers the held-out row's loss.
   */
  readonly influence: Float64Array;
  /** Of each training row, the mean over the points of the cosine of the two gradients, [training rows]. */
  readonly cosine: Float64Array;
}

/** How traces are found. */
export interface TraceRowsOptions {
  /** Is told of each training row that was asked. */
  readonly onRow?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/** Gradients of held-out rows stay in memory together up to so many numbers: 256 MB. */
const mostNumbers = 64_000_000;

/** Compares each held-out row with each training row, at each point of the run. */
export async function traceRows(
  held: InfluenceRows,
  train: InfluenceRows,
  points: readonly InfluencePoint[],
  { onRow, signal }: TraceRowsOptions = {},
): Promise<RowTrace[]> {
  const pause = pauses(signal);
  const traces = Array.from({ length: held.count }, () => ({
    loss: NaN,
    influence: new Float64Array(train.count),
    cosine: new Float64Array(train.count),
  }));
  for (const { learningRate, restore } of points) {
    await restore();
    for (let from = 0; from < held.count;) {
      const asked: { row: number; gradient: Float32Array; norm: number }[] = [];
      do {
        await pause();
        const row = from++;
        const { loss, gradient } = await held.gradients.of(row, signal);
        traces[row].loss = loss;
        asked.push({ row, gradient, norm: Math.sqrt(product(gradient, gradient)) });
      } while (from < held.count && (asked.length + 1) * asked[0].gradient.length <= mostNumbers);
      for (let row = 0; row < train.count; row++) {
        await pause();
        const { gradient } = await train.gradients.of(row, signal);
        const norm = Math.sqrt(product(gradient, gradient));
        for (const each of asked) {
          const { influence, cosine } = traces[each.row];
          const dot = product(each.gradient, gradient);
          influence[row] += learningRate * dot;
          // A row that the model is sure of to the last bit has no gradient, and no direction.
          if (dot !== 0) cosine[row] += dot / (each.norm * norm) / points.length;
        }
        onRow?.();
      }
    }
  }
  return traces;
}

/** In float64, four sums at once so that none waits for another. */
function product(one: Float32Array, other: Float32Array): number {
  const whole = one.length - one.length % 4;
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let at = 0; at < whole; at += 4) {
    a += one[at] * other[at];
    b += one[at + 1] * other[at + 1];
    c += one[at + 2] * other[at + 2];
    d += one[at + 3] * other[at + 3];
  }
  for (let at = whole; at < one.length; at++) a += one[at] * other[at];
  return a + b + c + d;
}
