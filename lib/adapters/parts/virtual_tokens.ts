/**
 * Virtual tokens: rows of numbers that stand before every sequence as if they were word embeddings.
 * What prompt tuning and P-tuning have in common.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type Tensor, tf } from "../../engine/mod.ts";
import type { ModelInfo, PeftFormat } from "../../nn/method.ts";
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
