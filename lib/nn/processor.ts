/**
 * What turns rows into the inputs of a model: a tokenizer with its limits, or an image processor.
 *
 * @module
 */
import type { PixelProcessor } from "../image/processor/image_processor.ts";
import type { SentenceSource } from "../text/sentence_settings.ts";
import type { Tokenizer } from "../text/tokenizer.ts";

/** How the decoder of an encoder-decoder begins. */
export interface DecoderProcessor {
  /** Its first token. */
  readonly startId: number;
  /** True where it begins with the last token of what it is to say instead, that of the language. */
  readonly startsWithLast: boolean;
  /** The most tokens of a target, which the decoder reads behind the first one. */
  readonly maxTargetTokens: number;
}

/** Turns texts into token ids for one model. */
export interface TextProcessor {
  readonly input: "text";
  readonly tokenizer: Tokenizer;
  /** The most tokens of a sequence, special tokens included, beside what a method adds. */
  readonly maxTokens: number;
  /** The token that fills short rows. */
  readonly padId: number;
  /** True for models whose batch has segments. */
  readonly usesTypes: boolean;
  /** True where heads of pooled features read the last token that is no padding. */
  readonly poolsLast?: boolean;
  /** Present where the model is an encoder-decoder. */
  readonly decoder?: DecoderProcessor;
  /** What a sentence-transformers folder says of its model; absent for other folders. */
  readonly sentence?: SentenceSource;
}

/** Makes hidden states of captions for a denoiser that reads them; what does it is never trained. */
export interface CaptionEncoder {
  /** Tokens of every caption, special tokens included; short ones are filled up. */
  readonly tokens: number;
  /** Numbers of a token. */
  readonly size: number;
  /**
   * The hidden states of each caption, each [tokens · size], and which lost their end. Throws an error of kind
   * "interrupted" where the signal says so.
   */
  encode(captions: readonly string[], signal?: AbortSignal): Promise<EncodedCaptions>;
}

/** Captions as a denoiser reads them, in the order in which they were given. */
export interface EncodedCaptions {
  readonly states: readonly Float32Array[];
  readonly isCut: readonly boolean[];
}

/** Turns images into pixels for one model. */
export interface ImageProcessor {
  readonly input: "image";
  /** Tokens that the model makes of an image; 1 where it makes none. */
  readonly tokens: number;
  /** What `preprocessor_config.json` says; absent where the model's folder has none. */
  readonly pixels?: PixelProcessor;
  /** Rows and columns of what each head of maps gives for an image, by the head's name. */
  readonly mapSizes?: Readonly<Record<string, readonly [height: number, width: number]>>;
  /** How many objects a detector looks for; absent of other models. */
  readonly queries?: number;
  /** Layers of its decoder, after each of which the queries may be read; absent where there is none. */
  readonly queryLayers?: number;
  /** What `scheduler_config.json` says of the noise that a denoiser was trained with; absent of other models. */
  readonly scheduler?: Readonly<Record<string, unknown>>;
  /** Channels that the model takes, and those that a denoiser gives; 3 each unless given. */
  readonly channels?: readonly [taken: number, given: number];
  /** True for denoisers that are told what an image shows. */
  readonly takesLabels?: boolean;
  /** True for denoisers that read captions. */
  readonly takesCaptions?: boolean;
  /** What reads the captions of a denoiser; absent where its folder has none. */
  readonly captions?: CaptionEncoder;
}

/** What a task is given to make a model's inputs with; it refuses one that it cannot use. */
export type Processor = TextProcessor | ImageProcessor;
