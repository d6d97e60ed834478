/**
 * Sentence embeddings on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const sentenceEmbeddingsFlags: readonly TaskFlag[] = [
  columnFlag("anchor", "the column of what is asked"),
  columnFlag("positive", "the column of the text that should be found"),
  columnFlag("negative", "the column of a text that should not be found"),
  columnFlag("first", "pairs with a score or a label: the column of the first text"),
  columnFlag("second", "the column of the second text"),
  columnFlag("score", "the column of numbers that say how alike a pair is"),
  columnFlag("label", "of pairs: 1 for alike, 0 for not; of texts: their class"),
  columnFlag("text", "texts with a class: the column of the text"),
  {
    name: "loss",
    value: "text",
    what: "multipleNegativesRanking, triplet, cosent, cosineSimilarity, contrastive, softmax",
  },
  { name: "scale", value: "number", what: "what cosines are multiplied with (20)" },
  { name: "margin", value: "number", what: "the margin of triplet and contrastive" },
  { name: "distance", value: "text", what: "cosine, euclidean …, for triplet and contrastive" },
  { name: "alike", value: "text", what: "for softmax: the class of pairs that are alike (1)" },
  { name: "symmetric", value: "switch", what: "positives must find their anchors, too" },
  { name: "dimensions", value: "list", what: "sizes that vectors may be cut to (Matryoshka)" },
  { name: "pooling", value: "text", what: "mean, cls, last" },
];
