/**
 * Causal language modelling: every token is predicted from those before it.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { ops, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import { paddedLayout } from "../../text/batch_layout.ts";
import { weightedMean } from "./cross_entropy.ts";
import { evaluatedPieces, forCountedTokens } from "./counted_tokens.ts";
import { evaluatedRows, meanTokenLoss, nextAt } from "./mean_token_loss.ts";

/** One text to learn. */
export interface LearnedText {
  /** [tokens] */
  readonly ids: ArrayLike<number>;
  /**
   * 1 for a token whose prediction counts and 0 for one that is only read, such as those of a
   * question, [tokens]; where Python writes the label −100. All count unless given. The first token
   * is predicted only after virtual tokens.
   */
  readonly counts?: ArrayLike<number>;
}

/** The texts and how many tokens there are. */
export interface NextTokenObjectiveOptions {
  readonly texts: readonly LearnedText[];
  readonly vocabSize: number;
  /**
   * True where a method puts virtual tokens before each text (`AttachedMethod.input`): the last of
   * them predicts the text's first token, which then counts too, as in PEFT. False unless given.
   */
  readonly afterVirtualTokens?: boolean;
  /**
   * True where evaluation gives of each token its loss and its lead, the logit of the right token less
   * the largest one (0 where it is the most likely), [tokens · 2], 0 for the first token; false unless
   * given.
   */
  readonly perToken?: boolean;
}

/**
 * The mean cross-entropy of the next token over all tokens that count, as transformers computes it.
 * In evaluation it gives each row's own mean over all its tokens but the first, whatever stands before
 * it, so that methods are compared on the same tokens; 0 for a row of a single token.
 * A row's weight is the number of its tokens that count. The feeds lie as the batch's tokens do,
 * padded on the right unless a layout is given.
 *
 * Throws an error of kind "input" for counts of another length than the tokens'.
 */
export function nextTokenObjective(
  { texts, vocabSize, afterVirtualTokens = false, perToken = false }: NextTokenObjectiveOptions,
): Objective {
  for (const [row, { ids, counts }] of texts.entries()) {
    if (!counts || counts.length === ids.length) continue;
    throw new TunebookError(
      "input",
      `text ${row} has ${ids.length} tokens, but ${counts.length} counts; give one for each token`,
    );
  }
  const firstCounted = afterVirtualTokens ? 0 : 1;
  const weightsOf = (row: number) =>
    Array.from(texts[row].ids, (_, at) => at < firstCounted ? 0 : texts[row].counts?.[at] ?? 1);
  const weightOf = (rows: ArrayLike<number>) =>
    Array.from(rows, weightsOf).flat().reduce((sum, weight) => sum + weight, 0);
  const feed = { role: "feed" as const, shape: ["batch", "sequence"] };
  const objective: Objective = {
    name: "causal-language-modelling",
    head: { name: "language", outputs: vocabSize },
    outputs: vocabSize,
    per: "token",
    feeds: {
      next_tokens: { ...feed, type: "int32" },
      next_weights: { ...feed, type: "float32" },
      normaliser: { role: "feed", type: "float32", shape: [] },
    },
    ...(afterVirtualTokens ? { readsBefore: true } : {}),
    perRow: perToken ? ofTokens(vocabSize) : meanTokenLoss(vocabSize, (batch) => batch),
    loss: (logits, { next_tokens, next_weights, normaliser }) =>
      weightedMean(tokenLosses(logits, next_tokens), next_weights, normaliser),
    distributions: {
      of: "classes",
      lines: (logits) => logits,
      weights: ({ next_weights }) => flat(next_weights),
      weightOf,
    },
    weightOf,
    targetsOf(rows, normaliser, { layout } = {}) {
      const chosen = Array.from(rows);
      const { rows: count, length, starts } = layout ??
        paddedLayout(chosen.map((row) => texts[row].ids.length));
      const tokens = new Int32Array(count * length);
      const weights = new Float32Array(count * length);
      chosen.forEach((row, i) => {
        // A token stands where the scores of the one before it are.
        tokens.set(Array.from(texts[row].ids).slice(firstCounted), starts[i]);
        weights.set(weightsOf(row).slice(firstCounted), starts[i]);
      });
      const shape = [count, length];
      return {
        next_tokens: { shape, data: tokens },
        next_weights: { shape, data: weights },
        normaliser: { shape: [], data: Float32Array.of(normaliser) },
      };
    },
    forBatches: (batches) =>
      forCountedTokens(objective, batches, { targets: "next_tokens", weights: "next_weights" }),
  };
  return objective;
}

/** Of each token its loss and its lead, [batch, sequence, 2]. */
function ofTokens(vocabSize: number): NonNullable<Objective["perRow"]> {
  return {
    outputs: 2,
    per: "token",
    batchSize: evaluatedRows,
    ofTokens: {
      pieces: evaluatedPieces(vocabSize),
      of(logits, places, { ids }) {
        const next = nextAt(ids, places);
        const losses = tf.reshape(tokenLosses(logits, next), [-1, 1]);
        // The logit itself, not what the loss leaves of it, so that the lead of the largest is exactly 0.
        const own = tf.sum(tf.mul(chosenOf(next, vocabSize), logits), 1, true);
        return tf.concat([losses, tf.sub(own, tf.max(logits, 1, true))], 1);
      },
    },
    of(numbers, { ids }) {
      const [rows, sequence] = ids.shape as [number, number];
      const all = tf.reshape(numbers, [rows, sequence, 2]);
      const before = tf.slice(all, [0, 0, 0], [rows, sequence - 1, 2]);
      const first = tf.zerosLike(tf.slice(all, [0, 0, 0], [rows, 1, 2]));
      return tf.concat([first, before], 1);
    },
  };
}

const flat = (x: Tensor) => tf.reshape(x, [-1]);

/** −log p of each next token, [tokens]. */
function tokenLosses(logits: Tensor, next: Tensor): Tensor {
  return ops.classCrossEntropy(logits, flat(next));
}

/** 1 at each token, [tokens, vocabulary]. */
function chosenOf(tokens: Tensor, vocabSize: number): Tensor {
  const chosen = tf.oneHot(flat(tokens) as Parameters<typeof tf.oneHot>[0], vocabSize);
  return tf.cast(chosen, "float32");
}
