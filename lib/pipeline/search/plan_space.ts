/**
 * What a search may vary of a plan.
 *
 * @module
 */
import type { AdaloraOptions } from "../../adapters/adalora_options.ts";
import type { BitfitOptions } from "../../adapters/bitfit.ts";
import type { FullOptions } from "../../adapters/full.ts";
import type { Ia3Options } from "../../adapters/ia3.ts";
import type { LoraOptions } from "../../adapters/lora_options.ts";
import type { PTuningOptions } from "../../adapters/p_tuning.ts";
import type { PrefixTuningOptions } from "../../adapters/prefix_tuning_options.ts";
import type { PromptTuningOptions } from "../../adapters/prompt_tuning.ts";
import type { QloraOptions } from "../../adapters/qlora.ts";
import type { VeraOptions } from "../../adapters/vera.ts";
import { anything, oneOf, type Rules, text, whole, wholeShare } from "../../core/option_rules.ts";
import { type QuantizationFormat, quantizationFormats } from "../../engine/mod.ts";
import type { Method } from "../../nn/method.ts";
import type { suggests } from "../../search/space/parameter.ts";
import type { TrainOptions } from "../../train/train_options.ts";
import { trainRules } from "../../train/train_rules.ts";

/** A value, a parameter that suggests one, or an object of such. */
export type Varied<Value> =
  | Value
  | { readonly [suggests]: Value }
  | (Value extends readonly unknown[] | ((...given: never[]) => unknown) ? never
    : Value extends object ? { readonly [Name in keyof Value]: Varied<Value[Name]> }
    : never);

/**
 * A method by its name in plan files, with its options beside it: `{ name: "lora", rank: 8 }` is
 * `lora({ rank: 8 })`. In a search the options may be parameters, which the methods themselves do not take.
 */
export type NamedMethod =
  | { readonly name: "lora" } & LoraOptions
  | { readonly name: "adalora" } & AdaloraOptions
  | { readonly name: "vera" } & VeraOptions
  | { readonly name: "ia3" } & Ia3Options
  | { readonly name: "bitfit" } & BitfitOptions
  | { readonly name: "prompt_tuning" } & PromptTuningOptions
  | { readonly name: "p_tuning" } & PTuningOptions
  | { readonly name: "prefix_tuning" } & PrefixTuningOptions
  | { readonly name: "qlora" } & QloraOptions
  | { readonly name: "head" }
  | { readonly name: "full" } & FullOptions;

/** The settings of a plan that a search may vary: not those that say where a training is kept. */
export interface SearchedSettings extends
  Omit<
    TrainOptions,
    "checkpoints" | "checkpointEvery" | "keepCheckpoints" | "snapshots" | "resume" | "samples"
  > {
  /** `lora({ rank: 8 })`, or `{ name: "lora", rank: int(2, 64) }`. */
  readonly method?: Method | NamedMethod;
  /** References, of which the one in `model(…)` is tried first. */
  readonly model?: string;
  /** How the model's linears are held. */
  readonly quantize?: QuantizationFormat | "float32";
  /** How many of the model's layers are kept, from the first one. */
  readonly layers?: number;
  /** The share of each layer's attention heads that is kept, those with the largest weights. */
  readonly heads?: number;
  /** The share of each layer's feed-forward width that is kept. */
  readonly feedForward?: number;
}

/** Settings of a plan, fixed or varied, under the names that they have there. */
export type PlanSpace = {
  readonly [Name in keyof SearchedSettings]: Varied<SearchedSettings[Name]>;
};

/** A space without names that no setting has, which types of literals alone would let pass. */
export type KnownSpace<Space> = {
  readonly [Name in Exclude<keyof Space, keyof PlanSpace>]: never;
};

const keptSettings: readonly string[] = [
  "checkpoints",
  "checkpointEvery",
  "keepCheckpoints",
  "snapshots",
  "resume",
  "samples",
] satisfies readonly (keyof TrainOptions)[];

/** What each setting that may stand in a space must be; a method is looked at with more words. */
export const searchedRules: Rules = {
  method: anything,
  model: text,
  quantize: oneOf([...quantizationFormats, "float32"]),
  layers: whole,
  heads: wholeShare,
  feedForward: wholeShare,
  ...Object.fromEntries(
    Object.entries(trainRules).filter(([name]) => !keptSettings.includes(name)),
  ),
};
