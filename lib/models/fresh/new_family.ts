/**
 * The contract of a family that can be made anew. One file beside this one fulfils it for each.
 *
 * @module
 */
import type { ModelConfig } from "../../nn/family.ts";
import type { NewModelOptions, NewModelSettings } from "./new_options.ts";

/** How a model of the family is made anew. */
export interface NewFamily {
  /** `model_type` in `config.json`. */
  readonly modelType: string;
  /** What errors call a model of it, `a GPT-2`. */
  readonly called: string;
  /** Options that only some families have, and that this one has. */
  readonly takes: readonly (keyof NewModelOptions)[];
  /** What the family takes; text unless given. A model of images has no tokenizer. */
  readonly input?: "image";
  /** True for an encoder-decoder: its tokenizer closes texts, pads, and may mark languages. */
  readonly readsPairs: boolean;
  /** True where the numbers of a head must be even. */
  readonly rotates: boolean;
  /** Numbers inside a feed-forward part, unless told otherwise. */
  feedForwardSize(hiddenSize: number): number;
  /** `config.json`, as transformers writes it. */
  config(settings: NewModelSettings, vocabSize: number): Readonly<Record<string, unknown>>;
  /** `preprocessor_config.json` of a family that takes images, where its models have one. */
  preprocessor?(settings: NewModelSettings): Readonly<Record<string, unknown>>;
  /** `scheduler_config.json` of a family of denoisers. */
  scheduler?(settings: NewModelSettings): Readonly<Record<string, unknown>>;
  /** The standard deviation of a weight that is no norm's; the config's range unless given. */
  deviationOf?(path: string, config: ModelConfig, shape: readonly number[]): number;
  /** What `imageSize` must be a multiple of; any unless given. */
  readonly imageMultiple?: number;
  /** What `hiddenSize` must be a multiple of; any unless given. */
  readonly hiddenMultiple?: number;
  /** True where the row of the padding token in the word table is zeros. */
  readonly clearsPadding?: boolean;
}

/** A feed-forward part of 4 times the hidden size (Vaswani et al., arXiv 1706.03762, section 3.3). */
export const fourfold = (hiddenSize: number): number => 4 * hiddenSize;
