/**
 * Qwen 3 (Yang et al., arXiv 2505.09388) as transformers stores it: a Llama with heads of a size of
 * their own, whose queries and keys are normalised, and whose upper layers may have a window.
 *
 * @module
 */
import { llamaLike } from "./llama_like.ts";
import { noBiases } from "./llama_like_config.ts";
import { readQwenWindows } from "./qwen_windows.ts";

/** The Qwen 3 family. */
export const qwen3 = llamaLike({
  modelType: "qwen3",
  classes: {
    classification: "Qwen3ForSequenceClassification",
    language: "Qwen3ForCausalLM",
    tokens: "Qwen3ForTokenClassification",
    span: { name: "Qwen3ForQuestionAnswering", prefix: "transformer" },
    embedding: "Qwen3Model",
  },
  defaults: { numKeyValueHeads: 32, headSize: 128, maxPositions: 32_768 }, // transformers'
  normsQueriesKeys: true,
  own(read, sizes) {
    const attention = read.flag("attention_bias", false);
    return {
      biases: { ...noBiases, queriesKeysValues: attention, attentionOutput: attention },
      ...readQwenWindows(read, sizes),
    };
  },
});
