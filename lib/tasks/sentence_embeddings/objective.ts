/**
 * What a training of sentence embeddings minimises.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type HostTensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import type { SentenceSettings } from "../../text/sentence_settings.ts";
import type { EmbeddingLoss } from "./loss.ts";
import { poolOnHost, poolTokens } from "./pool.ts";

/** The groups of a data set and how they are learnt. */
export interface EmbeddingObjectiveOptions {
  readonly loss: EmbeddingLoss;
  /** The texts of each group by number; a text's number is that of its sequence. */
  readonly groups: readonly (readonly number[])[];
  /** The score, the label or the number of the class of each group; empty where rows have none. */
  readonly scores: Float32Array;
  readonly sentence: SentenceSettings;
  /** Numbers of a vector. */
  readonly hiddenSize: number;
  /** The sizes that vectors may be cut to. */
  readonly dimensions?: readonly number[];
}

/**
 * Reads a family's head `embedding`, which gives the last layer's tokens, and pools them. The exported
 * graph gives `last_hidden_state` [batch, sequence, hidden], which pipelines of transformers and
 * transformers.js pool, and `sentence_embedding` [batch, hidden].
 *
 * Throws an error of kind "input" where vectors should be cut to more numbers than they have.
 */
export function embeddingObjective(
  { loss, groups, scores, sentence, hiddenSize, dimensions = [] }: EmbeddingObjectiveOptions,
): Objective {
  const tooLarge = dimensions.filter((size) => size > hiddenSize);
  if (tooLarge.length > 0) {
    throw new TunebookError(
      "input",
      `dimensions has ${tooLarge.join(", ")}, but the model's vectors have ${hiddenSize} numbers`,
    );
  }
  return {
    name: "sentence-embeddings",
    head: { name: "embedding", outputs: hiddenSize },
    outputs: hiddenSize,
    per: "sequence",
    sentence,
    acrossBatch: loss.acrossBatch,
    ...(loss.parameters ? { parameters: loss.parameters } : {}),
    feeds: { ...loss.feeds, normaliser: { role: "feed", type: "float32", shape: [] } },
    pool: (tokens, batch) => poolTokens(tokens, batch, sentence),
    exported: (tokens, batch) => ({
      last_hidden_state: tokens,
      sentence_embedding: poolTokens(tf.reshape(tokens, [-1, hiddenSize]), batch, sentence),
    }),
    readExported: ({ last_hidden_state: tokens }, lengths) => poolOnHost(tokens, lengths, sentence),
    loss: (embeddings, { normaliser, ...feeds }) => tf.div(loss.sum(embeddings, feeds), normaliser),
    weightOf: (chosen) => chosen.length,
    targetsOf(chosen, normaliser) {
      const batch = Array.from(chosen);
      return {
        ...loss.targetsOf({
          texts: batch.map((group) => groups[group]),
          scores: scores.length > 0
            ? Float32Array.from(batch, (group) => scores[group])
            : new Float32Array(),
        }),
        normaliser: { shape: [], data: Float32Array.of(normaliser) },
      } satisfies Record<string, HostTensor>;
    },
  };
}
