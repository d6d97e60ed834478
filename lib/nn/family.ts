/**
 * The contract of a model family. One file under `models/` fulfils it, named after `model_type`.
 *
 * @module
 */
import type { Tensor } from "../engine/mod.ts";
import type { Layer } from "./layer.ts";
import type { Net } from "./net.ts";

/** A tokenised batch as tensors, all [batch, sequence] int32; `batch` are rows of tokens. */
export interface TextBatch {
  readonly ids: Tensor;
  /** 0 for padding. For a token 1; where rows are packed, the number of its example in the row. */
  readonly mask: Tensor;
  /** The segment of each token, for models that tell segments apart. */
  readonly types?: Tensor;
  /** What the frozen layers gave before, in the place of `ids`: see `frozen_prefix.ts`. */
  readonly hidden?: Tensor;
  /** Present where a row may hold several examples. */
  readonly packing?: Packing;
}

/** How to tell the examples of packed rows apart, all int32. */
export interface Packing {
  /** The place of each token within its example, from 0, [batch, sequence]. */
  readonly positions: Tensor;
  /** The first token of each example of a row, counted through all rows, [batch, slots]. */
  readonly firsts: Tensor;
  /** For each example its slot among `firsts`, counted through all rows, [examples]. */
  readonly slots: Tensor;
}

/** Hidden states between two layers. */
export interface Hidden {
  /** [batch · sequence, width] */
  readonly x: Tensor;
  /** [batch, sequence] int32; longer than the batch's where a method put tokens before it. */
  readonly mask: Tensor;
}

/** What a layer is given. */
export interface LayerInput extends Hidden {
  /** In a packed batch the numbers of the examples that ask, [batch, queries] int32. */
  readonly queryMask: Tensor | undefined;
  /** Present where the family is causal. */
  readonly places?: Places;
}

/** Where tokens stand in their sequences, int32; they count from after a method's prefix. */
export interface Places {
  /** [batch, sequence] */
  readonly keys: Tensor;
  /** The places of the asked rows, [batch, queries]. */
  readonly queries: Tensor;
}

/** The sizes that every text model has. */
export interface TextConfig {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Heads of keys and values, where queries share them; as many as `heads` unless given. */
  readonly keyValueHeads?: number;
  readonly vocabulary: number;
  /** Rows of the position table. */
  readonly positions: number;
  /** The longest sequence in tokens. */
  readonly maxTokens: number;
  /** Standard deviation of newly made weights. */
  readonly initializerRange: number;
  /** The token that fills short rows. */
  readonly padId: number;
}

/** The layers that turn a sequence into logits, as the family's checkpoints have them. */
export interface ClassificationHead<Config> {
  /** The layers that a pretrained encoder lacks; they are always trained. */
  layers(config: Config, outputs: number): Layer[];
  /** The summary token, see `Family.summary`: [batch, width] → logits [batch, outputs]. */
  forward(net: Net, config: Config, summary: Tensor): Tensor;
  /** The class name that transformers gives the model with this head. */
  readonly className: string;
}

/** What turns hidden states into scores of the next token. */
export interface LanguageHead<Config> {
  /** The layers outside the prefix; none where the head shares the word table. */
  layers(config: Config): Layer[];
  /** [tokens, width] → logits [tokens, vocabulary]. */
  forward(net: Net, config: Config, hidden: Tensor): Tensor;
}

/** A model family. */
export interface Family<Config extends TextConfig = TextConfig> {
  /** `model_type` in `config.json`. */
  readonly modelType: string;
  /** What stands before the encoder's paths in a checkpoint with a head, `bert`. */
  readonly prefix: string;
  /** Checks `config.json` and takes the sizes from it. */
  readConfig(json: Readonly<Record<string, unknown>>): Config;
  /** The encoder's layers with weights. */
  layers(config: Config): Layer[];
  /** True for models whose batch has segments. */
  readonly usesTypes: boolean;
  /** Tensors that some checkpoints hold and the encoder does not need. */
  readonly ignored: readonly RegExp[];
  /** Paths (within the encoder) that a checkpoint may lack; they are made anew. */
  readonly optional: readonly RegExp[];
  /** The names of the linears that LoRA adapts unless told otherwise. */
  readonly attentionTargets: readonly string[];
  /** Where the layers' weights lie: the layer `i` has the paths `<layerPath>.<i>.…`. */
  readonly layerPath: string;
  /**
   * The table that `embed` looks up token ids in, and that nothing but a language head reads.
   * Training then holds only the rows of tokens that occur; without it, the whole table.
   */
  readonly wordTable?: string;
  /** Token ids → what the first layer is given. Positions of packed rows are given by the batch. */
  embed(net: Net, config: Config, batch: TextBatch): Hidden;
  /** True where a token sees only those before it; the layers are then given `places`. */
  readonly causal?: boolean;
  /** The token that sums a sequence up for a head: the first one unless given. */
  readonly summary?: "first" | "last";
  /**
   * One layer, counted from 0. `asked` are the rows of `hidden.x` whose result is needed: all
   * (`hidden.x` itself), or the summary of each example. → [asked rows, width]
   */
  block(net: Net, config: Config, hidden: LayerInput, layer: number, asked: Tensor): Tensor;
  /** What comes after the last layer, such as a norm, for [rows, width]. */
  finish?(net: Net, config: Config, x: Tensor): Tensor;
  readonly classification: ClassificationHead<Config>;
  /** Absent where the family predicts no next tokens. */
  readonly language?: LanguageHead<Config>;
}
