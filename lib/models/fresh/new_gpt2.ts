/**
 * A GPT-2 that is made anew.
 *
 * @module
 */
import { fourfold, type NewFamily } from "./new_family.ts";

/** What is drawn narrower, because it is added to the residual stream (transformers' `_init_weights`). */
const residual = /\.c_proj\.weight$/;

/** Weights from the config's range, those that a block adds with this over √(2 · layers). */
export const newGpt2: NewFamily = {
  modelType: "gpt2",
  called: "a GPT-2",
  takes: ["dropout"],
  readsPairs: false,
  rotates: false,
  feedForwardSize: fourfold,
  config: (settings, vocabSize) => ({
    architectures: ["GPT2LMHeadModel"],
    model_type: "gpt2",
    vocab_size: vocabSize,
    bos_token_id: 0,
    eos_token_id: 0,
    initializer_range: 0.02,
    tie_word_embeddings: settings.tied,
    n_positions: settings.positions,
    n_embd: settings.hiddenSize,
    n_layer: settings.layers,
    n_head: settings.heads,
    n_inner: settings.intermediateSize,
    embd_pdrop: settings.dropout,
    attn_pdrop: settings.dropout,
    resid_pdrop: settings.dropout,
    activation_function: "gelu_new",
  }),
  deviationOf: (path, { initializerRange, numLayers }) =>
    residual.test(path) ? initializerRange / Math.sqrt(2 * numLayers) : initializerRange,
};
