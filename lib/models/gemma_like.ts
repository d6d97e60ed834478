/**
 * What the Gemmas have in common.
 *
 * @module
 */
import type { ConfigReader } from "../nn/config_reader.ts";
import type { Family } from "../nn/family.ts";
import { type LlamaLike, llamaLike } from "./llama_like.ts";
import {
  type LlamaLikeConfig,
  noBiases,
  type OwnFields,
  type OwnSizes,
  readOptional,
  readSliding,
} from "./llama_like_config.ts";

/** transformers' values of fields that a config lacks. */
const defaultWindow = 4096;
const defaultScaleOf = 256;
const defaults = {
  numKeyValueHeads: 4,
  headSize: 256,
  activation: "gelu_pytorch_tanh",
  padId: 0,
  isTied: true,
};

/** Norms of 1 + weight before and after both halves, and scaled words. */
export function gemmaLike(
  { maxPositions, ...own }: Omit<LlamaLike, "defaults"> & { readonly maxPositions: number },
): Family<LlamaLikeConfig> {
  return llamaLike({
    defaults: { ...defaults, maxPositions },
    activationField: "hidden_activation",
    normsPlusOne: true,
    normsResults: true,
    scalesWords: true,
    ...own,
  });
}

/** What differs between the Gemmas' configs. */
export interface GemmaDifferences {
  /** The bound of word scores that a config without the field has. */
  readonly logitCap?: number;
  /** Which layers have the window where `layer_types` is absent. */
  isSliding(layer: number): boolean;
}

/** The fields that the Gemmas share. */
export function readGemma(
  read: ConfigReader,
  sizes: OwnSizes,
  { logitCap: defaultCap, isSliding }: GemmaDifferences,
): OwnFields {
  const attention = read.flag("attention_bias", false);
  const window = readOptional(read, "size", "sliding_window", defaultWindow);
  const logitCap = readOptional(read, "positive", "final_logit_softcapping", defaultCap);
  read.off("use_bidirectional_attention");
  const sliding = readSliding(read, sizes, {
    window,
    isSliding,
    missing: ["sliding_window", "a whole number above 0, because layers have windows"],
  });
  return {
    biases: { ...noBiases, queriesKeysValues: attention, attentionOutput: attention },
    attentionScaleOf: read.positive("query_pre_attn_scalar", defaultScaleOf),
    ...(logitCap === undefined ? {} : { logitCap }),
    ...(sliding ? { sliding } : {}),
  };
}
