/**
 * Gemma 2 (Riviere et al., arXiv 2408.00118) as transformers stores it: norms before and after both
 * halves of a block, every other layer with a window, attention scores and the scores of words
 * bounded smoothly.
 *
 * @module
 */
import { gemmaLike, readGemma } from "./gemma_like.ts";
import { readOptional } from "./llama_like_config.ts";

/** The paper's bounds, and transformers' where a config says nothing. */
const [defaultScoreCap, defaultLogitCap] = [50, 30];

/** The Gemma 2 family. */
export const gemma2 = gemmaLike({
  modelType: "gemma2",
  classes: {
    classification: "Gemma2ForSequenceClassification",
    language: "Gemma2ForCausalLM",
    tokens: "Gemma2ForTokenClassification",
    embedding: "Gemma2Model",
  },
  maxPositions: 8192,
  own(read, sizes) {
    const scoreCap = readOptional(read, "positive", "attn_logit_softcapping", defaultScoreCap);
    return {
      ...readGemma(read, sizes, {
        logitCap: defaultLogitCap,
        isSliding: (layer) => layer % 2 === 0,
      }),
      ...(scoreCap === undefined ? {} : { scoreCap }),
    };
  },
});
