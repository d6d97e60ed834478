/**
 * What the config of a llama-like decoder says, whichever family it is.
 *
 * @module
 */
import { activationNames } from "../nn/activation.ts";
import { type ConfigReader, configReader } from "../nn/config_reader.ts";
import type { DecoderConfig } from "./decoder_heads.ts";
import { fillingToken } from "./filling_token.ts";
import { readRotary } from "./rotary.ts";
import type { RotaryFields } from "./rotary_scaling.ts";

/** The sizes of a llama-like decoder. */
export interface LlamaLikeConfig extends DecoderConfig {
  readonly numKeyValueHeads: number;
  readonly headSize: number;
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly attentionDropout: number;
  /** Dropout before the head on tokens. */
  readonly headDropout: number;
  readonly activation: string;
  readonly biases: Biases;
  readonly rotary: RotaryFields;
  /** Layers that see only the last tokens; absent where there are none. */
  readonly sliding?: SlidingLayers;
  /** What products of queries and keys are multiplied with. */
  readonly attentionScale: number;
  /** Bounds attention scores smoothly. */
  readonly scoreCap?: number;
}

/** Which linears of a block have biases. */
export interface Biases {
  readonly queriesKeysValues: boolean;
  readonly attentionOutput: boolean;
  readonly feedForward: boolean;
}

/** Layers with a window. */
export interface SlidingLayers {
  /** Tokens that a token sees, itself included. */
  readonly window: number;
  /** For each layer whether it has the window. */
  readonly layers: readonly boolean[];
  /** How positions turn in them, where it is not as in the others. */
  readonly rotary?: RotaryFields;
}

/** What a family reads for itself; whatever is absent is as in Llama. */
export type OwnFields =
  & Partial<
    Pick<LlamaLikeConfig, "biases" | "rotary" | "sliding" | "scoreCap" | "logitCap">
  >
  & {
    /** The number whose inverse root the products of queries and keys are multiplied with. */
    readonly attentionScaleOf?: number;
  };

/** The values of fields that a config lacks, where they are not Llama's. */
export interface LlamaLikeDefaults {
  readonly numKeyValueHeads?: number;
  readonly headSize?: number;
  readonly maxPositions?: number;
  readonly activation?: string;
  readonly padId?: number;
  readonly isTied?: boolean;
}

/** The sizes that a family's own fields are read by. */
export type OwnSizes = Pick<LlamaLikeConfig, "numLayers" | "maxPositions" | "headSize">;

/** How a family's config differs. */
export interface ConfigDifferences {
  readonly defaults?: LlamaLikeDefaults;
  /** The field with the activation; `hidden_act` unless given. */
  readonly activationField?: string;
  /** Reads what the family alone has, and refuses what it cannot mean here. */
  own?(read: ConfigReader, sizes: OwnSizes): OwnFields;
}

/** No biases. */
export const noBiases: Biases = {
  queriesKeysValues: false,
  attentionOutput: false,
  feedForward: false,
};

/** Checks a config and takes the sizes from it; all mistakes come as one error. */
export function readLlamaLike(
  json: Readonly<Record<string, unknown>>,
  { defaults = {}, activationField = "hidden_act", own = () => ({}) }: ConfigDifferences,
): LlamaLikeConfig {
  const read = configReader(json);
  const vocabulary = read.size("vocab_size");
  const positions = read.size("max_position_embeddings", defaults.maxPositions ?? 2048);
  const hiddenSize = read.size("hidden_size");
  const heads = read.size("num_attention_heads");
  // null means one for each head of queries, in all families.
  const shared = read.size(
    "num_key_value_heads",
    json.num_key_value_heads === null ? heads : defaults.numKeyValueHeads ?? heads,
  );
  const headSize = readHeadSize(read, hiddenSize, heads, defaults.headSize);
  const numLayers = read.depth("num_hidden_layers");
  const sizes = { numLayers, maxPositions: positions, headSize };
  const {
    attentionScaleOf = headSize,
    rotary = readRotary(read, sizes),
    biases = noBiases,
    ...others
  } = own(read, sizes);
  const config: LlamaLikeConfig = {
    hiddenSize,
    numLayers,
    numHeads: heads,
    numKeyValueHeads: shared,
    headSize,
    vocabSize: vocabulary,
    maxPositions: positions,
    maxTokens: longestText(rotary, positions),
    intermediateSize: read.size("intermediate_size"),
    epsilon: read.positive("rms_norm_eps", 1e-6),
    attentionDropout: read.share("attention_dropout", 0),
    headDropout: read.share("classifier_dropout", read.share("hidden_dropout", 0.1)),
    activation: read.oneOf(activationField, activationNames, defaults.activation ?? "silu"),
    initializerRange: read.positive("initializer_range", 0.02),
    padId: read.index(
      "pad_token_id",
      defaults.padId ?? fillingToken(json),
      "vocab_size",
      vocabulary,
    ),
    isTied: read.flag("tie_word_embeddings", defaults.isTied ?? false),
    biases,
    rotary,
    attentionScale: 1 / Math.sqrt(attentionScaleOf),
    ...others,
  };
  read.divides("num_key_value_heads", shared, "num_attention_heads", heads);
  read.finish();
  return config;
}

/** NTK scaling is for texts that are so many times longer than what the model was trained with. */
function longestText({ scaling }: RotaryFields, positions: number): number {
  return scaling?.kind === "dynamic"
    ? Math.floor(positions * Math.max(1, scaling.factor))
    : positions;
}

/** A head's size is given, or the share of each head; positions turn pairs of its numbers. */
function readHeadSize(
  read: ConfigReader,
  hiddenSize: number,
  heads: number,
  fallback: number | undefined,
): number {
  const isGiven = fallback !== undefined || (read.value("head_dim") ?? undefined) !== undefined;
  if (isGiven) {
    const size = read.size("head_dim", fallback);
    if (size % 2 !== 0) read.wrong("head_dim", "even, because positions turn pairs of numbers");
    return size;
  }
  read.divides("num_attention_heads", heads, "hidden_size", hiddenSize);
  const size = hiddenSize / heads;
  if (Number.isInteger(size)) {
    read.divides("2", 2, "hidden_size / num_attention_heads", size);
  }
  return size;
}

/** A number above 0 where null means none; an absent field is `fallback`. */
export function readOptional(
  read: ConfigReader,
  kind: "size" | "positive",
  field: string,
  fallback: number | undefined,
): number | undefined {
  const value = read.value(field);
  if (value === null || (value === undefined && fallback === undefined)) return undefined;
  return read[kind](field, fallback ?? NaN);
}

/** What a config says of windows besides `layer_types`. */
export interface WindowFields {
  /** Undefined where there is none. */
  readonly window: number | undefined;
  /** Which layers have it where `layer_types` is absent. */
  isSliding(layer: number): boolean;
  /** The field that is wrong, and what it must be, where `layer_types` asks for windows and there are none. */
  readonly missing: readonly [field: string, wants: string];
}

/**
 * The layers with a window: those that `layer_types` names, or else those that `isSliding` says.
 * Undefined where no layer has one.
 */
export function readSliding(
  read: ConfigReader,
  { numLayers }: OwnSizes,
  { window, isSliding, missing }: WindowFields,
): Pick<SlidingLayers, "window" | "layers"> | undefined {
  const [full, sliding] = ["full_attention", "sliding_attention"];
  const named = read.texts("layer_types", [full, sliding], numLayers);
  const layers = Array.from(
    { length: numLayers },
    (_, layer) => named ? named[layer] === sliding : isSliding(layer),
  );
  if (!layers.includes(true)) return undefined;
  if (window !== undefined) return { window, layers };
  read.wrong(...missing);
  return undefined;
}
