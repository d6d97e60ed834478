/**
 * Mistral (Jiang et al., arXiv 2310.06825) as transformers stores it: a Llama all of whose layers may
 * have a window.
 *
 * @module
 */
import { llamaLike } from "./llama_like.ts";
import { readOptional } from "./llama_like_config.ts";

/** transformers' window where a config says nothing. */
const defaultWindow = 4096;

/** The Mistral family. */
export const mistral = llamaLike({
  modelType: "mistral",
  classes: {
    classification: "MistralForSequenceClassification",
    language: "MistralForCausalLM",
    tokens: "MistralForTokenClassification",
    span: { name: "MistralForQuestionAnswering", prefix: "model" },
    embedding: "MistralModel",
  },
  defaults: { numKeyValueHeads: 8, maxPositions: 131_072 }, // transformers'
  own(read, { numLayers }) {
    const window = readOptional(read, "size", "sliding_window", defaultWindow);
    // transformers' Mistral looks past this field: one that says otherwise is of another family.
    const kind = window === undefined ? "full_attention" : "sliding_attention";
    read.texts("layer_types", [kind], numLayers);
    return window === undefined
      ? {}
      : { sliding: { window, layers: Array<boolean>(numLayers).fill(true) } };
  },
});
