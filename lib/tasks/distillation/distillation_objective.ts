/**
 * What a training with teachers minimises.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type HostTensor, type InputSpec, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import type { Outputs } from "../../nn/task.ts";
import { softLosses } from "./soft_loss.ts";
import { tokenFeed } from "./token_feeds.ts";

/** What teachers say, and how it is learned. */
export interface DistillationObjectiveOptions {
  /** What each teacher gives for each sequence, in the order of the model's numbers. */
  readonly teachers: readonly Outputs[];
  /** The share of each teacher; their sum is 1. */
  readonly shares: readonly number[];
  readonly temperature: number;
  /** The share of the loss that the teachers have, in (0, 1]. */
  readonly weight: number;
}

const scalar: InputSpec = { role: "feed", type: "float32", shape: [] };

/**
 * weight · the mean of `softLosses` + (1 − weight) · the task's own loss. What teachers give is fed, for heads that
 * read tokens as the batch's tokens lie.
 *
 * @throws {TunebookError} of kind `unsupported` for an objective whose outputs are no probabilities or numbers
 */
export function distillationObjective(
  own: Objective,
  options: DistillationObjectiveOptions,
): Objective {
  const { teachers, shares, temperature, weight } = options;
  const { distributions, outputs, per } = own;
  const { forBatches: _whole, ...same } = own;
  if (!distributions || own.piecewise || own.sums || own.acrossBatch || own.readsOutputs) {
    throw new TunebookError(
      "unsupported",
      `distillation compares what two models say of the same labels or numbers, which ${own.name} has not`,
    );
  }
  const spec: InputSpec = {
    role: "feed",
    type: "float32",
    shape: per === "token" ? ["batch", "sequence", outputs] : ["batch", outputs],
  };
  const names = teachers.map((_, at) => `teacher_${at + 1}`);
  return {
    ...same,
    name: `distillation of ${own.name}`,
    feeds: {
      ...own.feeds,
      ...Object.fromEntries(names.map((name) => [name, spec])),
      soft_normaliser: scalar,
    },
    loss(said, feeds) {
      const linesOf = (each: Tensor) => distributions.lines(each, feeds);
      const taught = names.map((name) => linesOf(tf.reshape(feeds[name], [-1, outputs])));
      const losses = softLosses(
        distributions.of,
        linesOf(said),
        { lines: taught, shares },
        temperature,
      );
      const weights = distributions.weights?.(feeds);
      const sum = tf.sum(weights ? tf.mul(losses, weights) : losses);
      const soft = tf.mul(tf.div(sum, feeds.soft_normaliser), weight);
      return weight === 1 ? soft : tf.add(soft, tf.mul(own.loss(said, feeds), 1 - weight));
    },
    targetsOf(rows, normaliser, about = {}) {
      const { layout, stepRows = rows } = about;
      const chosen = Array.from(rows);
      const told = teachers.map((teacher) => chosen.map((row) => teacher[row]));
      const lay = per === "token"
        ? (each: readonly Float32Array[]) => tokenFeed(each, outputs, layout)
        : (each: readonly Float32Array[]) => rowsOf(each, outputs);
      return {
        ...own.targetsOf(rows, normaliser, about),
        ...Object.fromEntries(told.map((each, at) => [names[at], lay(each)])),
        soft_normaliser: {
          shape: [],
          // A step without a line that counts has a loss of 0.
          data: Float32Array.of(Math.max(distributions.weightOf(stepRows), tiniest)),
        },
      };
    },
  };
}

/** Below the weight of any line. */
const tiniest = 1e-9;

function rowsOf(each: readonly Float32Array[], outputs: number): HostTensor {
  const data = new Float32Array(each.length * outputs);
  each.forEach((row, at) => data.set(row, at * outputs));
  return { shape: [each.length, outputs], data };
}
