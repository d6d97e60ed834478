/**
 * Next tokens as teachers say them: the most likely ones of each place, since all of a vocabulary would fill a disk.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type HostTensor, type InputSpec, ops, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import type { Outputs } from "../../nn/task.ts";
import { paddedLayout } from "../../text/batch_layout.ts";
import { evaluatedPieces } from "../shared/counted_tokens.ts";
import { evaluatedRows } from "../shared/mean_token_loss.ts";

/** How next tokens are compared. */
export interface LikelyTokensOptions {
  /** How many of the teacher's most likely tokens are compared one by one; the rest are one more. */
  readonly top: number;
  readonly temperature: number;
  /** The share of the loss that the teacher has, in (0, 1]. */
  readonly weight: number;
}

/**
 * What a teacher is asked with: of each token the `top` most likely next ones, their numbers and then the logarithms
 * of their probabilities at the temperature, [2 · top].
 */
export function likelyTokens(
  own: Objective,
  { top, temperature }: Pick<LikelyTokensOptions, "top" | "temperature">,
): Objective {
  if (top > own.outputs) {
    throw new TunebookError("input", `top is ${top}, but the vocabulary has ${own.outputs} tokens`);
  }
  return {
    ...own,
    perRow: {
      outputs: 2 * top,
      per: "token",
      batchSize: evaluatedRows,
      ofTokens: {
        pieces: evaluatedPieces(own.outputs),
        of(logits) {
          const said = tf.logSoftmax(tf.div(logits, temperature) as Tensor);
          const { values, indices } = tf.topk(said, top);
          return tf.concat([tf.cast(indices, "float32"), values], 1);
        },
      },
      of(numbers, { ids }) {
        const [rows, sequence] = ids.shape as [number, number];
        return tf.reshape(numbers, [rows, sequence, 2 * top]);
      },
    },
  };
}

/**
 * weight · T² · the mean of KL(teacher ‖ model) over the tokens that count + (1 − weight) · the objective's own loss.
 * Probabilities are those of the teacher's most likely tokens one by one and of all others together, so that it is
 * at most the divergence over the whole vocabulary, and that itself where `top` is all of it.
 *
 * @param said what the teacher gives for each sequence, asked with `likelyTokens`
 * @throws {TunebookError} of kind `unsupported` for methods that put virtual tokens before a text, of kind `input`
 *   for a teacher that knows tokens which the model does not
 */
export function likelyTokensObjective(
  own: Objective,
  said: Outputs,
  { top, temperature, weight }: LikelyTokensOptions,
): Objective {
  const { outputs: vocabSize, distributions } = own;
  if (!distributions || own.readsBefore) {
    throw new TunebookError(
      "unsupported",
      `distillation compares the next tokens of two models that read the same, and ${own.name} ` +
        "reads virtual tokens before them; take a method without them, such as lora",
    );
  }
  checkVocabulary(said, top, vocabSize);
  const { forBatches: _whole, ...same } = own;
  const shape = ["batch", "sequence", top];
  const feeds: Record<string, InputSpec> = {
    likely_tokens: { role: "feed", type: "int32", shape },
    likely_log_probabilities: { role: "feed", type: "float32", shape },
    soft_normaliser: { role: "feed", type: "float32", shape: [] },
  };
  return {
    ...same,
    name: `distillation of ${own.name}`,
    feeds: { ...own.feeds, ...feeds },
    loss(logits, fed) {
      const losses = likelyLosses(tf.logSoftmax(tf.div(logits, temperature) as Tensor), {
        tokens: tf.reshape(fed.likely_tokens, [-1, top]),
        logProbabilities: tf.reshape(fed.likely_log_probabilities, [-1, top]),
      });
      const sum = tf.sum(tf.mul(losses, distributions.weights!(fed)));
      const soft = tf.mul(tf.div(sum, fed.soft_normaliser), weight * temperature ** 2);
      return weight === 1 ? soft : tf.add(soft, tf.mul(own.loss(logits, fed), 1 - weight));
    },
    targetsOf(rows, normaliser, about = {}) {
      const { layout, stepRows = rows } = about;
      const chosen = Array.from(rows, (row) => said[row]);
      const lay = layout ?? paddedLayout(chosen.map(({ length }) => length / (2 * top)));
      const size = lay.rows * lay.length * top;
      const [tokens, logProbabilities] = [new Int32Array(size), new Float32Array(size)];
      chosen.forEach((numbers, i) => {
        for (let at = 0; at < numbers.length; at += 2 * top) {
          const to = (lay.starts[i] + at / (2 * top)) * top;
          tokens.set(numbers.subarray(at, at + top), to);
          logProbabilities.set(numbers.subarray(at + top, at + 2 * top), to);
        }
      });
      const shape = [lay.rows, lay.length, top];
      return {
        ...own.targetsOf(rows, normaliser, about),
        likely_tokens: { shape, data: tokens },
        likely_log_probabilities: { shape, data: logProbabilities },
        soft_normaliser: {
          shape: [],
          data: Float32Array.of(Math.max(distributions.weightOf(stepRows), tiniest)),
        } satisfies HostTensor,
      };
    },
  };
}

/** Below the weight of any token. */
const tiniest = 1e-9;
/** Below the probability of what is not among the likely tokens, so that its logarithm is a number. */
const leastRest = 1e-7;

/** [tokens] divergences of the logarithms of a model's probabilities, [tokens, vocabulary]. */
function likelyLosses(
  logarithms: Tensor,
  { tokens, logProbabilities }: { readonly tokens: Tensor; readonly logProbabilities: Tensor },
): Tensor {
  const vocabSize = logarithms.shape[1]!;
  const rows = tf.reshape(tf.mul(ops.countedRows(logarithms), tf.scalar(vocabSize, "int32")), [
    -1,
    1,
  ]);
  const own = tf.gather(tf.reshape(logarithms, [-1]), tf.add(rows, tokens) as never);
  const shares = tf.exp(logProbabilities);
  const likely = tf.sum(tf.mul(shares, tf.sub(logProbabilities, own)), -1);
  if (tokens.shape[1] === vocabSize) return likely;
  const restOf = (each: Tensor) => tf.maximum(tf.sub(1, tf.sum(each, -1)), leastRest);
  const [rest, ownRest] = [restOf(shares), restOf(tf.exp(own))];
  return tf.add(likely, tf.mul(rest, tf.sub(tf.log(rest), tf.log(ownRest))));
}

function checkVocabulary(said: Outputs, top: number, vocabSize: number): void {
  for (const numbers of said) {
    for (let at = 0; at < numbers.length; at++) {
      if (at % (2 * top) >= top || numbers[at] < vocabSize) continue;
      throw new TunebookError(
        "input",
        `the teacher speaks of token ${
          numbers[at]
        }, but the model's vocabulary has ${vocabSize} tokens; take a ` +
          "teacher with the same vocabulary",
      );
    }
  }
}
