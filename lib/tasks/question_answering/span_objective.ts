/**
 * What question answering minimises: the surprise at where an answer starts and ends.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type HostTensor, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import { paddedLayout } from "../../text/batch_layout.ts";

/** Where the answer of one sequence is. */
export interface SpanTarget {
  /** Tokens of the sequence, special tokens included. */
  readonly length: number;
  /** The answer's first and last token. */
  readonly first: number;
  readonly last: number;
}

/** The targets and how to learn them. */
export interface SpanObjectiveOptions {
  /** [sequences] */
  readonly targets: readonly SpanTarget[];
  /**
   * The share of a target that is spread evenly over the sequence's own tokens (Szegedy et al., 2016),
   * from 0 to below 1.
   */
  readonly labelSmoothing?: number;
}

/** Added to the logits of padding; far below any logit, and finite, so that 0 times it is 0. */
const never = -1e9;

/** Logits of starts and of ends, each [sequences, tokens], each sequence by itself also where several share a row. */
function sidesOf(
  logits: Tensor,
  { own_tokens, token_positions }: Readonly<Record<string, Tensor>>,
): Tensor[] {
  const padding = tf.mul(tf.sub(1, own_tokens), never);
  return tf.split(logits, 2, 1).map((side) =>
    tf.add(tf.gather(tf.reshape(side, [-1]), token_positions as never), padding)
  );
}

/**
 * The mean of the cross-entropies of the start and of the end over the sequence's own tokens. Every
 * sequence has the weight 1. Equals transformers' `BertForQuestionAnswering` for sequences of equal
 * length; that takes padding for tokens which might be the answer.
 *
 * The exported graph gives `start_logits` and `end_logits`, both [batch, sequence].
 *
 * Throws an error of kind "input" for a label smoothing out of its range.
 */
export function spanObjective({ targets, labelSmoothing = 0 }: SpanObjectiveOptions): Objective {
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new TunebookError(
      "input",
      `labelSmoothing is ${labelSmoothing}, but must be in [0, 1)`,
    );
  }
  const shape = ["questions", "tokens"];
  const feed = { role: "feed", type: "float32", shape } as const;
  return {
    name: "question-answering",
    head: { name: "span", outputs: 2 },
    outputs: 2,
    per: "token",
    feeds: {
      start_targets: feed,
      end_targets: feed,
      own_tokens: feed,
      token_positions: { role: "feed", type: "int32", shape },
      normaliser: { role: "feed", type: "float32", shape: [] },
    },
    loss(logits, feeds) {
      const { start_targets, end_targets, normaliser } = feeds;
      const lossesOf = (side: Tensor, targets: Tensor) =>
        tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(side))));
      const [starts, ends] = sidesOf(logits, feeds);
      const sum = tf.add(lossesOf(starts, start_targets), lossesOf(ends, end_targets));
      return tf.div(tf.mul(sum, 0.5), normaliser);
    },
    distributions: {
      of: "classes",
      lines: (logits, feeds) => tf.concat(sidesOf(logits, feeds), 0),
      weightOf: (sequences) => 2 * sequences.length,
    },
    weightOf: (sequences) => sequences.length,
    targetsOf(sequences, normaliser, { layout } = {}) {
      const chosen = Array.from(sequences, (sequence) => targets[sequence]);
      const lengths = chosen.map((target) => target.length);
      const { starts } = layout ?? paddedLayout(lengths);
      const shape = [chosen.length, Math.max(...lengths)];
      const tensor = (fill: (row: Float32Array, target: SpanTarget) => void) => {
        const data = new Float32Array(shape[0] * shape[1]);
        chosen.forEach((target, i) => {
          const from = i * shape[1];
          fill(data.subarray(from, from + target.length), target);
        });
        return { shape, data } satisfies HostTensor;
      };
      const smoothed = (position: "first" | "last") =>
        tensor((row, target) => {
          row.fill(labelSmoothing / target.length);
          row[target[position]] += 1 - labelSmoothing;
        });
      const positions = Int32Array.from({ length: shape[0] * shape[1] }, (_, i) => {
        const [row, token] = [Math.floor(i / shape[1]), i % shape[1]];
        return starts[row] + Math.min(token, lengths[row] - 1);
      });
      return {
        start_targets: smoothed("first"),
        end_targets: smoothed("last"),
        own_tokens: tensor((row) => row.fill(1)),
        token_positions: { shape, data: positions },
        normaliser: { shape: [], data: Float32Array.of(normaliser) },
      };
    },
    exported(results) {
      // Cut, not split: a head that is fed with each run has an open number of classes.
      const [rows, tokens] = results.shape;
      const side = (at: number) =>
        tf.squeeze(tf.slice(results, [0, 0, at], [rows, tokens, 1]), [2]);
      return { start_logits: side(0), end_logits: side(1) };
    },
    readExported: ({ start_logits, end_logits }, lengths) =>
      lengths.map((length, row) => {
        const from = row * start_logits.shape[1];
        return Float32Array.from({ length: 2 * length }, (_, i) => {
          const { data } = i % 2 === 0 ? start_logits : end_logits;
          return Number(data[from + Math.floor(i / 2)]);
        });
      }),
  };
}
