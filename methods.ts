/**
 * Fine-tuning methods.
 *
 * @module
 */
export { lora } from "./lib/adapters/lora.ts";
export { type LoraOptions, type LoraStart } from "./lib/adapters/lora_options.ts";
export { adalora } from "./lib/adapters/adalora.ts";
export { type AdaloraOptions } from "./lib/adapters/adalora_options.ts";
export { vera, type VeraOptions } from "./lib/adapters/vera.ts";
export { ia3, type Ia3Options } from "./lib/adapters/ia3.ts";
export { bitfit, type BitfitOptions } from "./lib/adapters/bitfit.ts";
export {
  type PromptStart,
  promptTuning,
  type PromptTuningOptions,
} from "./lib/adapters/prompt_tuning.ts";
export { pTuning, type PTuningOptions } from "./lib/adapters/p_tuning.ts";
export { prefixTuning } from "./lib/adapters/prefix_tuning.ts";
export type { PrefixStart, PrefixTuningOptions } from "./lib/adapters/prefix_tuning_options.ts";
export { qlora, type QloraOptions } from "./lib/adapters/qlora.ts";
export { head } from "./lib/adapters/head.ts";
export { full, type FullOptions } from "./lib/adapters/full.ts";
export { peft } from "./lib/adapters/peft.ts";
export type { PeftConfig } from "./lib/adapters/peft/config.ts";
export { type LoadedAdapter, readPeftFolder } from "./lib/adapters/peft/folder.ts";
