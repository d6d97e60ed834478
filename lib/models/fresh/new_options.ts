/**
 * The sizes of a model that is made anew, as a person gives them.
 *
 * @module
 */

/** The sizes of a new model, and of its tokenizer where it takes text. */
export interface NewModelOptions {
  /**
   * Numbers of a token between blocks, of `segformer` those of its last stage, of `unet2d` the channels of its last
   * level; 256 unless given.
   */
  readonly hiddenSize?: number;
  /**
   * Blocks, of an encoder-decoder those of the encoder, of `segformer` those of each stage, of `unet2d` the residual
   * blocks of each of its three levels; 4 unless given.
   */
  readonly layers?: number;
  /** Blocks of the decoder (`marian`, `t5`); as many as `layers` unless given. */
  readonly decoderLayers?: number;
  /** Attention heads of a block; one for each 64 numbers unless given. */
  readonly heads?: number;
  /** Heads of keys and values (`llama`); as many as `heads` unless given. */
  readonly keyValueHeads?: number;
  /** Numbers inside a feed-forward part; 8/3 × hiddenSize (`llama`) or 4 × (others) unless given. */
  readonly intermediateSize?: number;
  /** The longest text in tokens; 256 unless given. */
  readonly positions?: number;
  /** Tokens of the vocabulary; 8,000 unless given. Less where the data has not as many. */
  readonly vocabulary?: number;
  /** `bytes`: byte-level byte pairs (unless given). `characters`: each character a token, for Chinese. */
  readonly tokenizer?: "bytes" | "characters";
  /**
   * The languages that sources may ask for (`marian`, `t5`), a list or a text with commas, `"de,fr"`: each has
   * a token such as `>>de<<`, which the task's `targetLanguage` or the source itself begins with.
   */
  readonly languages?: readonly string[] | string;
  /**
   * Pixels of an image on each side (`dit`, `segformer`, `unet2d`, `vit`, `yolos`), a multiple of `patchSize`, of
   * `unet2d` of 4; 64 unless given.
   */
  readonly imageSize?: number;
  /** Pixels of a patch on each side (`dit`, `vit`, `yolos`); 8 unless given. */
  readonly patchSize?: number;
  /** The most objects that a detector finds in an image (`yolos`); 20 unless given. */
  readonly queries?: number;
  /**
   * What a denoiser says of a noisy image (`dit`, `unet2d`): the way from the image to the noise (`flow`), the noise
   * (`epsilon`), or a mixture of both (`v_prediction`); `flow` unless given.
   */
  readonly prediction?: "flow" | "epsilon" | "v_prediction";
  /**
   * Dropout probability in training (`dit`, `gpt2`, `marian`, `segformer`, `t5`, `unet2d`, `vit`, `yolos`); 0 unless
   * given.
   */
  readonly dropout?: number;
  /** True where the language head shares the word table; true unless given. */
  readonly tied?: boolean;
  /** Seed of the weights; 1 unless given. */
  readonly seed?: number;
}

/** Options with their defaults. */
export interface NewModelSettings extends Required<NewModelOptions> {
  readonly languages: readonly string[];
}
