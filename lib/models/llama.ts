/**
 * Llama (Touvron et al., arXiv 2302.13971; Llama 3, arXiv 2407.21783) as transformers stores it, and
 * what bears its name: SmolLM, TinyLlama, Yi. Other families say how they differ from it.
 *
 * @module
 */
import { llamaLike } from "./llama_like.ts";

/** The Llama family. */
export const llama = llamaLike({
  modelType: "llama",
  classes: {
    classification: "LlamaForSequenceClassification",
    language: "LlamaForCausalLM",
    tokens: "LlamaForTokenClassification",
    // transformers names the body of this one model otherwise.
    span: { name: "LlamaForQuestionAnswering", prefix: "transformer" },
    embedding: "LlamaModel",
  },
  own(read, { numLayers }) {
    // A field of Mistral and others that bear Llama's name; transformers' Llama looks past it.
    read.off("sliding_window");
    read.texts("layer_types", ["full_attention"], numLayers);
    const attention = read.flag("attention_bias", false);
    return {
      biases: {
        queriesKeysValues: attention,
        attentionOutput: attention,
        feedForward: read.flag("mlp_bias", false),
      },
    };
  },
});
