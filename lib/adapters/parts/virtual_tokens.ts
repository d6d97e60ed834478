/**
 * Virtual tokens: rows of numbers that stand before every sequence as if they were word embeddings.
 * What prompt tuning and P-tuning have in common.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type Tensor, tf } from "../../engine/mod.ts";
import type { AttachedMethod, ModelInfo, PeftFormat } from "../../nn/method.ts";
import type { InputTokens } from "../../nn/net.ts";
import type { PeftConfig } from "../peft/config.ts";

/** What stands before the paths of the model's own weights in a prompt method's folder. */
export const promptModelPrefix = "base_model";
/** The only tensor of a prompt method in a PEFT folder: what its encoder makes. */
export const promptTensor = "prompt_embeddings";

/** Repeats a tensor for every row of a batch whose size may be open. */
export function forEachRow(x: Tensor, batch: number): Tensor {
  return tf.tile(tf.expandDims(x, 0), [batch, ...x.shape.map(() => 1)]);
}

/** Puts the same number for `count` tokens before [batch, sequence] int32. */
export function lengthen(tokens: Tensor, count: number, value: number): Tensor {
  return tf.concat([tf.fill([tokens.shape[0], count], value, "int32"), tokens], 1);
}

/** Puts `prompt` [tokens, hiddenSize] before every row; its segment is the first, as in PEFT. */
export function prepend({ words, mask, types }: InputTokens, prompt: Tensor): InputTokens {
  const [count] = prompt.shape;
  return {
    words: tf.concat([forEachRow(prompt, words.shape[0]), words], 1),
    mask: lengthen(mask, count, 1),
    ...(types ? { types: lengthen(types, count, 0) } : {}),
  };
}

/**
 * Rows of the tensor in a PEFT folder, of which the first `num_virtual_tokens` stand before the text. PEFT
 * makes as many again for the decoder of an encoder-decoder and never reads them (0.21).
 */
export function promptRows({ num_virtual_tokens, num_transformer_submodules }: PeftConfig): number {
  return Number(num_virtual_tokens) * (num_transformer_submodules === 2 ? 2 : 1);
}

/** The first rows of a prompt. */
export function firstRows(prompt: Tensor, tokens: number): Tensor {
  return prompt.shape[0] === tokens ? prompt : tf.slice(prompt, [0, 0], [tokens, prompt.shape[1]!]);
}

/** The fields that all of PEFT's prompt methods have. */
export function promptFields(
  { config: { hiddenSize, numLayers, numHeads } }: ModelInfo,
  tokens: number,
): PeftConfig {
  return {
    num_virtual_tokens: tokens,
    token_dim: hiddenSize,
    num_layers: numLayers,
    num_attention_heads: numHeads,
    num_transformer_submodules: 1,
  };
}

/** PEFT's format of a method that is saved as one tensor [tokens, hiddenSize]. */
export function promptFormat(
  config: PeftConfig,
  shape: readonly number[],
  prompt: (values: ReadonlyMap<string, Float32Array>) => Float32Array | Promise<Float32Array>,
  parameter?: string,
): PeftFormat {
  return {
    modelPrefix: promptModelPrefix,
    write: async (values) => ({
      config,
      tensors: [{ name: promptTensor, shape, data: await prompt(values) }],
    }),
    ...(parameter ? { names: new Map([[parameter, [promptTensor]]]) } : {}),
  };
}

/** PEFT's format of virtual tokens on a model, or why there is none. */
export function promptPeft(
  { modelType, config }: ModelInfo,
  peft: PeftFormat,
): Pick<AttachedMethod, "peft" | "peftObstacle"> {
  const { wordScale = 1 } = config as { readonly wordScale?: number };
  if (modelType !== "marian" || wordScale === 1) return { peft };
  return {
    peftObstacle:
      "PEFT puts virtual tokens before the word embeddings of a Marian and leaves out their " +
      "scale (0.21), so that the adapter would give other outputs there",
  };
}

/** The ids of a text; an error where the run has no tokenizer. */
export function idsOf({ encode }: ModelInfo, text: string, method: string): Int32Array {
  const ids = encode?.(text);
  if (ids && ids.length > 0) return ids;
  throw new TunebookError(
    "input",
    ids
      ? `${method}: the text ${JSON.stringify(text)} has no tokens`
      : `${method}: there is no tokenizer for the text to start from`,
  );
}
