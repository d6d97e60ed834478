/**
 * mBART (Liu et al., arXiv 2001.08210; for 50 languages, Tang et al., arXiv 2008.00401) as transformers
 * stores it: BART with norms before each part, whose decoder starts with the target's language or its
 * end, whichever the tokenizer puts last.
 *
 * @module
 */
import { bartFamily } from "./bart_family.ts";

/** The mBART family. */
export const mbart = bartFamily({
  modelType: "mbart",
  className: "MBartForConditionalGeneration",
  defaults: { padId: 1, decoderStartId: "eos", unusedPositions: 2 },
  normFirst: true,
  normsEmbeddings: true,
  startsWithLast: true,
});
