/**
 * The sizes of a model that is made anew, as a person gives them, and as `config.json` has them.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { optionMistake, TunebookError } from "../../core/errors.ts";
import { integer, oneOf, type Rules, share, whole, yesOrNo } from "../../core/option_rules.ts";
import { didYouMean } from "../../core/nearest.ts";

/** The sizes of a new decoder and its tokenizer. */
export interface NewModelOptions {
  /** Numbers of a token between blocks; 256 unless given. */
  readonly hiddenSize?: number;
  /** Blocks; 4 unless given. */
  readonly layers?: number;
  /** Attention heads of a block; one for each 64 numbers unless given. */
  readonly heads?: number;
  /** Heads of keys and values (`llama`); as many as `heads` unless given. */
  readonly keyValueHeads?: number;
  /** Numbers inside a feed-forward part; 4 × hiddenSize (gpt2) or 8/3 × (llama) unless given. */
  readonly intermediateSize?: number;
  /** The longest text in tokens; 256 unless given. */
  readonly positions?: number;
  /** Tokens of the vocabulary; 8,000 unless given. Less where the data has not as many. */
  readonly vocabulary?: number;
  /** `bytes`: byte-level byte pairs (unless given). `characters`: each character a token, for Chinese. */
  readonly tokenizer?: "bytes" | "characters";
  /** Dropout probability in training (`gpt2`); 0 unless given. */
  readonly dropout?: number;
  /** True where the language head shares the word table; true unless given. */
  readonly tied?: boolean;
  /** Seed of the weights; 1 unless given. */
  readonly seed?: number;
}

/** Options with their defaults. */
export type NewModelSettings = Required<NewModelOptions>;

/** Families that can be made anew. */
const newFamilies = ["gpt2", "llama"] as const;

const rules: Rules<NewModelOptions> = {
  hiddenSize: whole,
  layers: whole,
  heads: whole,
  keyValueHeads: whole,
  intermediateSize: whole,
  positions: whole,
  vocabulary: whole,
  tokenizer: oneOf(["bytes", "characters"]),
  dropout: share,
  tied: yesOrNo,
  seed: integer,
};

/** The numbers of a head, unless told otherwise. */
const headSize = 64;
/** The bytes and the token that ends a text. */
const leastBytes = 257;
/** As the published Llama's: 8/3 of the hidden size, so that three linears have GPT-2's parameters. */
const gatedShare = 8 / 3;
const roundedTo = 32;

/**
 * Checks the options of `new:<modelType>`. Throws one error of kind "input" with every option that
 * makes no sense, and for a family that cannot be made anew.
 */
export function newModelSettings(modelType: string, options: NewModelOptions): NewModelSettings {
  if (!(newFamilies as readonly string[]).includes(modelType)) {
    throw new TunebookError(
      "input",
      `new:${modelType} is not known${didYouMean(modelType, newFamilies)}; new models are ` +
        newFamilies.map((name) => `new:${name}`).join(" and "),
    );
  }
  const { hiddenSize = 256, tokenizer = "bytes" } = options;
  const heads = options.heads ?? Math.max(1, Math.round(hiddenSize / headSize));
  const keyValueHeads = options.keyValueHeads ?? heads;
  const isGated = modelType === "llama";
  const wide = isGated
    ? Math.ceil(gatedShare * hiddenSize / roundedTo) * roundedTo
    : 4 * hiddenSize; // the paper's factor
  const settings: NewModelSettings = {
    hiddenSize,
    layers: options.layers ?? 4,
    heads,
    keyValueHeads,
    intermediateSize: options.intermediateSize ?? wide,
    positions: options.positions ?? 256,
    vocabulary: options.vocabulary ?? 8000,
    tokenizer,
    dropout: options.dropout ?? 0,
    tied: options.tied ?? true,
    seed: options.seed ?? 1,
  };
  checkOptions(`new:${modelType}`, options, rules, () => [
    ...hiddenSize % heads === 0 ? [] : [
      optionMistake("heads", `is ${heads}, which must divide hiddenSize, ${hiddenSize}`),
    ],
    ...!isGated || (hiddenSize / heads) % 2 === 0 ? [] : [
      optionMistake("heads", `leaves ${hiddenSize / heads} numbers to a head, which must be even`),
    ],
    ...heads % keyValueHeads === 0 ? [] : [
      optionMistake("keyValueHeads", `is ${keyValueHeads}, which must divide heads, ${heads}`),
    ],
    ...isGated || options.keyValueHeads === undefined
      ? []
      : [optionMistake("keyValueHeads", "is for new:llama; a GPT-2 shares no heads")],
    ...!isGated || options.dropout === undefined
      ? []
      : [optionMistake("dropout", "is for new:gpt2; a Llama has none")],
    ...tokenizer === "characters" || settings.vocabulary >= leastBytes ? [] : [
      optionMistake(
        "vocabulary",
        `is ${settings.vocabulary}, but bytes alone are ${leastBytes} tokens with the one that ends a text`,
      ),
    ],
  ]);
  return settings;
}

/** `config.json` of a new model, as transformers writes it; id 0 ends and begins texts. */
export function newConfig(
  modelType: string,
  settings: NewModelSettings,
  vocabSize: number,
): Readonly<Record<string, unknown>> {
  const { hiddenSize, layers, heads, intermediateSize, positions, dropout } = settings;
  const shared = {
    model_type: modelType,
    vocab_size: vocabSize,
    bos_token_id: 0,
    eos_token_id: 0,
    initializer_range: 0.02,
    tie_word_embeddings: settings.tied,
  };
  return modelType === "gpt2"
    ? {
      architectures: ["GPT2LMHeadModel"],
      ...shared,
      n_positions: positions,
      n_embd: hiddenSize,
      n_layer: layers,
      n_head: heads,
      n_inner: intermediateSize,
      embd_pdrop: dropout,
      attn_pdrop: dropout,
      resid_pdrop: dropout,
      activation_function: "gelu_new",
    }
    : {
      architectures: ["LlamaForCausalLM"],
      ...shared,
      max_position_embeddings: positions,
      hidden_size: hiddenSize,
      num_hidden_layers: layers,
      num_attention_heads: heads,
      num_key_value_heads: settings.keyValueHeads,
      intermediate_size: intermediateSize,
      hidden_act: "silu",
      rms_norm_eps: 1e-6,
      rope_theta: 10000,
    };
}
