/**
 * The contract of a model family. One file under `models/` fulfils it, named after `model_type`.
 *
 * @module
 */
import type { InputSpec, Tensor } from "../engine/mod.ts";
import type { Layer } from "./layer.ts";
import type { Memory, Net } from "./net.ts";
import type { Prunable } from "./prunable.ts";
import type { TextPositions, TokenPositions } from "./token_positions.ts";

/**
 * A batch as tensors: tokens, all [batch, sequence] int32, `batch` being rows of tokens; or images, which
 * have `pixels` in the place of `ids` and `mask`.
 */
export interface TextBatch {
  readonly ids: Tensor;
  /** 0 for padding. For a token 1; where rows are packed, the number of its example in the row. */
  readonly mask: Tensor;
  /** [batch, channels, height, width], normalised as the image processor does it. */
  readonly pixels?: Tensor;
  /** The segment of each token, for models that tell segments apart. */
  readonly types?: Tensor;
  /** What the frozen layers gave before, instead of `ids`: see `frozen_layers.ts`. */
  readonly hidden?: Tensor;
  /** Present where a row may hold several examples. */
  readonly packing?: Packing;
  /** What the decoder of an encoder-decoder reads. */
  readonly decoder?: DecoderBatch;
}

/** The decoder's tokens, both [batch, target] int32. */
export interface DecoderBatch {
  readonly ids: Tensor;
  /** 0 for padding, else 1. */
  readonly mask: Tensor;
}

/** How to tell the examples of packed rows apart, all int32. */
export interface Packing {
  /** The position of each token within its example, from 0, [batch, sequence]. */
  readonly positions: Tensor;
  /** The first token of each example of a row, counted through all rows, [batch, examples]. */
  readonly firsts: Tensor;
  /** For each example its index among `firsts`, counted through all rows, [examples]. */
  readonly exampleIndex: Tensor;
}

/** Hidden states between two layers. */
export interface Hidden {
  /** [batch · sequence, hiddenSize] */
  readonly x: Tensor;
  /** [batch, sequence] int32; longer than the batch's where a method put tokens before it. */
  readonly mask: Tensor;
}

/** What a layer is given. */
export interface LayerInput extends Hidden {
  /** In a packed batch the numbers of the examples that ask, [batch, queries] int32. */
  readonly queryMask: Tensor | undefined;
  /** Present where the stack is causal or reads positions. */
  readonly positions?: TextPositions;
}

/** What a layer of a decoder is given that reads an encoder. */
export interface DecoderInput extends Hidden {
  readonly positions: TokenPositions;
  readonly memory: Memory;
}

/** The sizes that every model has. */
export interface ModelConfig {
  /** Numbers of a feature that heads read. */
  readonly hiddenSize: number;
  /** Like blocks of the stack, or of the encoder where there is a decoder, too; 0 where the model is none. */
  readonly numLayers: number;
  /** Like blocks of the decoder of an encoder-decoder. */
  readonly numDecoderLayers?: number;
  /** Attention heads of the decoder, where they are not `numHeads`. */
  readonly numDecoderHeads?: number;
  /** Attention heads of a block; 1 where there is no attention. */
  readonly numHeads: number;
  /** Heads of keys and values, where queries share them; as many as `numHeads` unless given. */
  readonly numKeyValueHeads?: number;
  /** Numbers of a head, of queries and of keys alike; hiddenSize / numHeads unless given. */
  readonly headSize?: number;
  /** Standard deviation of newly made weights. */
  readonly initializerRange: number;
  /** The longest sequence in tokens; 1 for models that take no tokens. */
  readonly maxTokens: number;
}

/** The sizes that every text model has. */
export interface TextConfig extends ModelConfig {
  readonly vocabSize: number;
  /** Rows of the position table. */
  readonly maxPositions: number;
  /** The token that fills short rows. */
  readonly padId: number;
}

/** The sizes that every image model has. */
export interface ImageConfig extends ModelConfig {
  /** Colours of a pixel. */
  readonly channels: number;
  /** Channels of what a denoiser gives; as many as `channels` unless given. */
  readonly outChannels?: number;
  /**
   * Height and width of the images that a program takes: as `config.json` has it, unless another size is
   * asked for.
   */
  readonly imageSize: readonly [number, number];
  /** How many objects a detector looks for, each by a query of its own. */
  readonly numQueries?: number;
  /** Layers of a detector's decoder, after each of which its queries may be read; absent where there is none. */
  readonly queryLayers?: number;
}

/** The sizes that every encoder-decoder has. */
export interface EncoderDecoderConfig extends TextConfig {
  readonly numDecoderLayers: number;
  /** The token that the decoder starts with. */
  readonly decoderStartId: number;
}

/** What a model says of its input before any head. Each family gives those that it has. */
export interface Features {
  /** One vector for each token or patch, of an encoder-decoder the decoder's, [batch · sequence, hiddenSize]. */
  readonly tokens?: Tensor;
  /** One vector for each input, [batch, hiddenSize]. */
  readonly pooled?: Tensor;
  /** One vector for each object that a detector may find, [batch, queries, hiddenSize]. */
  readonly queries?: Tensor;
  /** The same after each layer of the decoder, one layer after the other, [batch, layers · queries, hiddenSize]. */
  readonly layerQueries?: Tensor;
  /** Maps of an image from fine to coarse, each [batch, channels, height, width]. */
  readonly maps?: readonly Tensor[];
  /** The map that `pooled` is made of, where it is made of one; Grad-CAM looks at it. */
  readonly pooling?: MapPooling;
}

/** A map of an image and how it becomes one vector. */
export interface MapPooling {
  /** [batch, channels, height, width] */
  readonly map: Tensor;
  /** [batch, channels, height, width] → [batch, hiddenSize] */
  pool(map: Tensor): Tensor;
}

/**
 * The pooled features of a map, with the map itself.
 *
 * @param map [batch, channels, height, width]
 * @param pool makes [batch, hiddenSize] of it
 *
 * @example
 * ```ts
 * import { pooledMap, tf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * // What a family of convolutions gives, beside its maps.
 * const features = (maps: tf.Tensor[]) => pooledMap(maps.at(-1)!, (map) => tf.mean(map, [2, 3]));
 * assert.equal(features.length, 1);
 * ```
 */
export function pooledMap(
  map: Tensor,
  pool: MapPooling["pool"],
): Required<Pick<Features, "pooled" | "pooling">> {
  return { pooled: pool(map), pooling: { map, pool } };
}

/** The tensors of a checkpoint under their own names. */
export interface StoredTensors {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>;
  /** The numbers of one, row by row. */
  readFloat32Sync(name: string): Float32Array;
}

/** The layers that turn features into what a task asks for, as the family's checkpoints have them. */
export type Head<Config> = RowHead<Config> | MapHead<Config>;

/** A head that reads vectors: of each token, of each input, or of each object that may be there. */
export interface RowHead<Config> extends HeadLayers<Config> {
  /** Which features it reads. */
  readonly reads: "tokens" | "pooled" | "queries";
  /** [n, hiddenSize] → [n, outputs]; of queries [batch, queries, hiddenSize] → [batch, queries, outputs] */
  forward(net: Net, config: Config, features: Tensor): Tensor;
}

/** A head that reads maps of an image. */
export interface MapHead<Config> extends HeadLayers<Config> {
  readonly reads: "maps";
  /**
   * Rows and columns of what `forward` gives for an image of the config's size; undefined where that is no map.
   * Tasks that learn maps, such as masks, need it.
   */
  mapSize?(config: Config): readonly [height: number, width: number] | undefined;
  /** Maps from fine to coarse → [batch, outputs, height, width] */
  forward(net: Net, config: Config, maps: readonly Tensor[]): Tensor;
}

/** A head's layers, and how checkpoints have it. */
export interface HeadLayers<Config> {
  /**
   * The layers that the pretrained body lacks; they are always trained. A head whose size is the
   * model's own does not look at `outputs`.
   */
  layers(config: Config, outputs: number): Layer[];
  /**
   * The config as the checkpoint's tensors have it, where `config.json` says otherwise than what
   * transformers goes by; the same object unless it does.
   */
  fit?(config: Config, stored: StoredTensors): Config;
  /**
   * Paths of layers that go on with other outputs than the checkpoint's, as the decoder of a segmentation
   * does; the others are then made anew.
   */
  readonly reusable?: RegExp;
  /** The class name that transformers gives the model with this head. */
  readonly className: string;
  /** What stands before the body's paths in a checkpoint with this head; the family's unless given. */
  readonly prefix?: string;
  /** Fields of `config.json` that say how many outputs the head has, where its labels do not. */
  sizeFields?(config: Config, outputs: number): Readonly<Record<string, unknown>>;
  /** True where a pretrained checkpoint brings the head, which no method then trains. */
  readonly isPretrained?: boolean;
  /** True where a head that the checkpoint has, too, is the method's affair, and only a new one is always trained. */
  readonly isTrainedIfNew?: boolean;
  /** Paths of the body that models with this head do not have, such as a pooler that it passes by. */
  readonly unused?: RegExp;
  /** Paths of the body that models with this head have, though the head does not read what they give. */
  readonly unread?: RegExp;
}

/** A stack of like blocks over tokens, the body of most models. */
export interface Stack<Config> {
  /** Where the blocks' weights lie: block `i` has the paths `<layerPath>.<i>.…`. */
  readonly layerPath: string;
  /**
   * The table that `embed` looks up token ids in, and that nothing but a language head reads.
   * Training then holds only the rows of tokens that occur; without it, the whole table.
   */
  readonly wordTable?: string;
  /** What `embed` multiplies the rows of `wordTable` with; 1 unless given. */
  wordScale?(config: Config): number;
  /** True where a token sees only those before it; the blocks are then given `positions`. */
  readonly causal?: boolean;
  /** True where blocks are given `positions` without being causal, such as for biases by distance. */
  readonly readsPositions?: boolean;
  /** Whether what positions do to a token depends on how long its text is, as with rotary scaling of the kind `dynamic`. */
  readsLengths?(config: Config): boolean;
  /** The token that stands for the sequence in heads that read pooled features: the first unless given. */
  readonly pooling?: "first" | "last";
  /** Token ids or pixels → what the first block is given. Positions of packed rows are given by the batch. */
  embed(net: Net, config: Config, batch: TextBatch): Hidden;
  /**
   * One block, counted from 0. `asked` are the rows of `hidden.x` whose result is needed: all
   * (`hidden.x` itself), or the pooled token of each example. → [asked rows, hiddenSize]
   */
  block(net: Net, config: Config, hidden: LayerInput, layer: number, asked: Tensor): Tensor;
  /** What comes after the last block, such as a norm, for [rows, hiddenSize]. */
  finish?(net: Net, config: Config, x: Tensor): Tensor;
  /**
   * The vectors of objects that may be there, for heads that read queries: of all finished hidden states
   * [batch, sequence, hiddenSize] → [batch, queries, hiddenSize]
   */
  queries?(config: Config, hidden: Tensor): Tensor;
}

/** The decoder of an encoder-decoder: a causal stack whose blocks also read what the encoder gave. */
export interface DecoderStack<Config> extends Pick<Stack<Config>, "layerPath" | "finish"> {
  /**
   * True where a decoder starts with the last token of what it is to say, that of the language, instead
   * of `decoderStartId`.
   */
  readonly startsWithLast?: boolean;
  /** Token ids → what the first block is given; `positionIds(…, "decoder")` says where they stand. */
  embed(net: Net, config: Config, batch: DecoderBatch): Hidden;
  /** One block, counted from 0 → [batch · target, hiddenSize] */
  block(net: Net, config: Config, input: DecoderInput, layer: number): Tensor;
}

/** A part of the models of other checkpoints, which hold more than it. */
export interface PartOfLarger {
  /** What a person should know: what is read and what is left out, without a full stop. */
  readonly note: string;
  /** What is left out, by paths in checkpoints and in PEFT's folders. */
  readonly leftOut: RegExp;
  /** The family that the part is written as where it stands alone. */
  readonly alone: Family;
  /** Its `config.json`, out of the larger model's. */
  json(json: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

/** A model family. It has a `stack`, or says its `features` itself. */
export interface Family<Config extends ModelConfig = ModelConfig> {
  /** `model_type` in `config.json`. */
  readonly modelType: string;
  /** What it takes. */
  readonly input: "text" | "image";
  /** What pipelines of diffusers call it, where it denoises. */
  readonly component?: "unet" | "transformer";
  /** What stands before the body's paths in a checkpoint with a head, `bert`. */
  readonly prefix: string;
  /** Checks `config.json` and takes the sizes from it. */
  readConfig(json: Readonly<Record<string, unknown>>): Config;
  /** Fields of `config.json` that must say otherwise than what was read, where weights are written by their paths. */
  writtenFields?(config: Config): Readonly<Record<string, unknown>>;
  /** What `preprocessor_config.json` would say, for models of images whose folders have none. */
  preprocessor?(config: Config): Readonly<Record<string, unknown>>;
  /** True for models of images whose folders are opened at any size, whatever `config.json` says. */
  readonly takesAnySize?: boolean;
  /** The body's layers with weights. */
  layers(config: Config): Layer[];
  /** True for text models whose batch has segments. */
  readonly usesTypes?: boolean;
  /** What a batch is in a program and in an exported model, by name, for inputs other than text. */
  inputs?(config: Config): Record<string, InputSpec>;
  /** How many tokens an image has in the stack, by the config's `imageSize`; 0 where it is too small. */
  tokensOf?(config: Config): number;
  /** Rows and columns of an image's patches, which are the last of its tokens in the stack. */
  patchGrid?(config: Config): readonly [rows: number, columns: number];
  /** Tensors that some checkpoints hold and the body does not need. */
  readonly ignored: readonly RegExp[];
  /** Paths (within the body) that a checkpoint may lack; they are made anew. */
  readonly optional: readonly RegExp[];
  /**
   * The path of a layer among the modules of transformers, where that names it otherwise than checkpoints do;
   * PEFT folders go by it.
   */
  moduleOf?(path: string): string;
  /** The names of the layers that LoRA adapts unless told otherwise. */
  readonly attentionTargets: readonly string[];
  /** The same where they differ from model to model. */
  targetsOf?(config: Config): readonly string[];
  readonly stack?: Stack<Config>;
  /** What of the stack's blocks can be made smaller; nothing unless given. */
  readonly prunable?: Prunable;
  /** The decoder of an encoder-decoder, whose encoder is `stack`; heads then read what the decoder gives. */
  readonly decoder?: DecoderStack<Config>;
  /** Further names that checkpoints have for a weight of the body, such as those of a shared table. */
  storedNames?(path: string): readonly string[];
  /** Where the checkpoints hold a larger model. */
  readonly part?: PartOfLarger;
  /** The features of a batch, for families without a stack. */
  features?(net: Net, config: Config, inputs: Readonly<Record<string, Tensor>>): Features;
  /** The heads by name: `classification`, `tokens`, `span`, `language`, `embedding` … */
  readonly heads: Readonly<Record<string, Head<Config>>>;
}
