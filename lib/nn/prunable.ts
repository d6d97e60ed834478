/**
 * What of a family's blocks can be made smaller, as data: which matrices hold its heads and the inner numbers
 * of its feed-forward part, and which fields of `config.json` count them.
 *
 * @module
 */

/** What of a stack's blocks can be made smaller. Paths are those within a block. */
export interface Prunable {
  /** The attention heads, or why they cannot be fewer, in a sentence without a full stop. */
  readonly heads: PrunableHeads | { readonly why: string };
  readonly feedForward: PrunableFeedForward;
}

/** The matrices of a block's attention. */
export interface PrunableHeads {
  /** The linear layer that makes the queries of all heads, one head after the other. */
  readonly queries: string;
  /** The linear layers that make keys and values, whose heads several heads of queries may share. */
  readonly keysValues: readonly string[];
  /** The linear layer that reads what all heads give. */
  readonly output: string;
  readonly fields: {
    readonly heads: string;
    /** Where heads of queries may share keys and values. */
    readonly keyValueHeads?: string;
    readonly headSize: string;
  };
  /**
   * True where transformers reads the field of the head's size. Without it every head has hiddenSize / heads
   * numbers there, so that transformers cannot open a model with fewer heads.
   */
  readonly inTransformers: boolean;
}

/** The matrices of a block's feed-forward part. */
export interface PrunableFeedForward {
  /** The linear layers that make the inner numbers; a gate has as many. */
  readonly inner: readonly string[];
  /** The linear layer that reads them. */
  readonly output: string;
  /** The field of `config.json` that counts them. */
  readonly field: string;
}

/** Heads and a feed-forward part under the names that BERT and its relatives have. */
export function bertLikePrunable(
  attention: string,
  { inTransformers }: Pick<PrunableHeads, "inTransformers">,
): Prunable {
  return {
    heads: {
      queries: `${attention}.query`,
      keysValues: [`${attention}.key`, `${attention}.value`],
      output: "attention.output.dense",
      fields: { heads: "num_attention_heads", headSize: "head_dim" },
      inTransformers,
    },
    feedForward: {
      inner: ["intermediate.dense"],
      output: "output.dense",
      field: "intermediate_size",
    },
  };
}
