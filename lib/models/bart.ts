/**
 * BART (Lewis et al., arXiv 1910.13461) as transformers stores it: learned positions, of which the first
 * two rows have no use, and norms after each part.
 *
 * @module
 */
import { bartFamily } from "./bart_family.ts";

/** The BART family. */
export const bart = bartFamily({
  modelType: "bart",
  className: "BartForConditionalGeneration",
  defaults: { padId: 1, decoderStartId: "eos", unusedPositions: 2 },
  normFirst: false,
  normsEmbeddings: true,
});
