/**
 * Sentence embeddings on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const sentenceEmbeddingsFlags: readonly TaskFlag[] = [
  columnFlag("anchor", "pairs: the column of what is asked"),
  columnFlag("positive", "the column of the text that should be found"),
  { name: "negative", value: "columns", what: "the columns of texts that should not be found" },
  columnFlag("first", "pairs with a score or a label: the column of the first text"),
  columnFlag("second", "the column of the second text"),
  columnFlag("score", "the column of the number that says how alike a pair is"),
  columnFlag("label", "the column of 1 for pairs that are alike and 0 for others, or of a class"),
  columnFlag("text", "texts with a class: the column of the text"),
  {
    name: "loss",
    value: "text",
    what: "multipleNegativesRanking, triplet, cosent, cosineSimilarity, contrastive, softmax",
  },
  { name: "scale", value: "number", what: "what cosines are multiplied with (20)" },
  { name: "margin", value: "number", what: "of triplet and contrastive (5; of cosines 0.5)" },
  { name: "distance", value: "text", what: "of triplet and contrastive: cosine, euclidean" },
  { name: "alike", value: "text", what: "of softmax: the class of pairs that are alike (1)" },
  { name: "symmetric", value: "switch", what: "positives must find their anchors, too" },
  { name: "dimensions", value: "numbers", what: "sizes that vectors may be cut to (Matryoshka)" },
  { name: "pooling", value: "text", what: "mean, cls, last (as the model's folder says, or mean)" },
  {
    name: "normalize",
    value: "boolean",
    what: "true, false: vectors of length 1 (as the folder says, or true)",
  },
  { name: "pairsPerText", value: "number", what: "texts with a class: pairs of each kind (4)" },
  { name: "seed", flag: "pairSeed", value: "number", what: "what these pairs are drawn with (1)" },
];
