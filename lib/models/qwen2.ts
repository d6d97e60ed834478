/**
 * Qwen 2 and 2.5 (Yang et al., arXiv 2407.10671, 2412.15115) as transformers stores them: a Llama with
 * biases for queries, keys and values, whose upper layers may have a window.
 *
 * @module
 */
import { llamaLike } from "./llama_like.ts";
import { noBiases } from "./llama_like_config.ts";
import { readQwenWindows } from "./qwen_windows.ts";

/** The Qwen 2 family. */
export const qwen2 = llamaLike({
  modelType: "qwen2",
  classes: {
    classification: "Qwen2ForSequenceClassification",
    language: "Qwen2ForCausalLM",
    tokens: "Qwen2ForTokenClassification",
    span: { name: "Qwen2ForQuestionAnswering", prefix: "transformer" },
    embedding: "Qwen2Model",
  },
  defaults: { numKeyValueHeads: 32, maxPositions: 32_768 }, // transformers'
  own: (read, sizes) => ({
    biases: { ...noBiases, queriesKeysValues: true },
    ...readQwenWindows(read, sizes),
  }),
});
