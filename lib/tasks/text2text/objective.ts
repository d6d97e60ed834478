/**
 * Learning to write a target after a source by teacher forcing: the decoder is given what it should have
 * written so far, and every token of the target is predicted from those before it.
 *
 * @module
 */
import { type HostTensor, ops, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import { forCountedTokens } from "../shared/counted_tokens.ts";
import { weightedMean } from "../shared/cross_entropy.ts";
import { meanTokenLoss } from "../shared/mean_token_loss.ts";

/** The targets and how many tokens there are. */
export interface TargetObjectiveOptions {
  /** The tokens of each target, special tokens included; what is before the first is not learned. */
  readonly targets: readonly ArrayLike<number>[];
  readonly vocabSize: number;
  /** The share of each target that is spread evenly over all tokens; 0 unless given. */
  readonly labelSmoothing?: number;
}

/**
 * The mean cross-entropy over all tokens of the targets, as transformers computes it, label smoothing
 * included. In evaluation it gives each row's own mean, which is not smoothed; 0 for a row without a
 * token. A row's weight is the number of its target's tokens.
 *
 * The decoder's inputs must be as `decoderFeeds` makes them: a first token and then the whole target,
 * so that evaluation finds every target among the inputs. What the last one predicts nobody reads.
 */
export function targetObjective(
  { targets, vocabSize, labelSmoothing = 0 }: TargetObjectiveOptions,
): Objective {
  const feed = { role: "feed" as const, shape: ["batch", "decoder_sequence"] };
  const losses = (logits: Tensor, ids: Tensor) =>
    ops.classCrossEntropy(logits, ids, { labelSmoothing });
  const objective: Objective = {
    name: "text2text",
    head: { name: "language", outputs: vocabSize },
    outputs: vocabSize,
    per: "token",
    feeds: {
      target_tokens: { ...feed, type: "int32" },
      target_weights: { ...feed, type: "float32" },
      normaliser: { role: "feed", type: "float32", shape: [] },
    },
    perRow: meanTokenLoss(vocabSize, ({ decoder }) => decoder!),
    loss: (logits, { target_tokens, target_weights, normaliser }) =>
      weightedMean(
        losses(logits, tf.reshape(target_tokens, [-1])),
        target_weights,
        normaliser,
      ),
    weightOf: (rows) => Array.from(rows, (row) => targets[row].length).reduce((a, b) => a + b, 0),
    targetsOf(rows, normaliser) {
      const chosen = Array.from(rows, (row) => targets[row]);
      const length = decoderLength(chosen);
      return {
        target_tokens: padded(chosen, { length, fill: 0 }),
        target_weights: {
          shape: [chosen.length, length],
          data: Float32Array.from(
            chosen.flatMap((target) =>
              Array.from({ length }, (_, at) => at < target.length ? 1 : 0)
            ),
          ),
        },
        normaliser: { shape: [], data: Float32Array.of(normaliser) },
      };
    },
    forBatches: (batches) =>
      forCountedTokens(objective, batches, {
        targets: "target_tokens",
        weights: "target_weights",
        losses,
      }),
  };
  return objective;
}

/** What the decoder reads for some targets, padded on the right. */
export function decoderFeeds(
  targets: readonly ArrayLike<number>[],
  { startOf, padId }: {
    /** The decoder's first token. */
    startOf(target: ArrayLike<number>): number;
    readonly padId: number;
  },
): Record<"decoder_input_ids" | "decoder_attention_mask", HostTensor> {
  const length = decoderLength(targets);
  const read = targets.map((target) => [startOf(target), ...Array.from(target)]);
  return {
    decoder_input_ids: padded(read, { length, fill: padId }),
    decoder_attention_mask: padded(read.map((ids) => ids.map(() => 1)), { length, fill: 0 }),
  };
}

/** The longest target and the token before it. */
function decoderLength(targets: readonly ArrayLike<number>[]): number {
  return 1 + targets.reduce((most, { length }) => Math.max(most, length), 0);
}

function padded(
  rows: readonly ArrayLike<number>[],
  { length, fill }: { readonly length: number; readonly fill: number },
): HostTensor {
  const data = new Int32Array(rows.length * length).fill(fill);
  rows.forEach((row, at) => data.set(row, at * length));
  return { shape: [rows.length, length], data };
}
