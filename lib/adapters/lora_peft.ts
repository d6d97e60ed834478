/**
 * LoRA in a PEFT folder: its fields of `adapter_config.json` and the names of its tensors.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import type { Parameter, PeftFormat } from "../nn/adapter.ts";
import type { Targets } from "../nn/targets.ts";
import type { LoraOptions, LoraSettings } from "./lora.ts";
import { peftPrefix } from "./peft_files.ts";

/** LoRA's format: every parameter is one tensor, `<path>.lora_A.weight` or `<path>.lora_B.weight`. */
export function loraToPeft(
  settings: LoraSettings,
  targets: readonly string[],
  parameters: readonly Parameter[],
  prefix: string,
): PeftFormat {
  // A model that was adapted without a head has no prefix of its own.
  const namesOf = (name: string) => [
    `${peftPrefix}.${prefix}.${name}.weight`,
    `${peftPrefix}.${name}.weight`,
  ];
  return {
    write: (values) => ({
      config: peftConfig(settings, targets),
      tensors: parameters.map(({ name, shape }) => ({
        name: namesOf(name)[0],
        shape,
        data: values.get(name)!,
      })),
    }),
    names: new Map(parameters.map(({ name }) => [name, namesOf(name)])),
  };
}

function peftConfig(settings: LoraSettings, targets: readonly string[]): Record<string, unknown> {
  return {
    peft_type: "LORA",
    r: settings.rank,
    lora_alpha: settings.alpha,
    lora_dropout: settings.dropout,
    use_rslora: settings.rankStabilised,
    rank_pattern: settings.ranks,
    alpha_pattern: settings.alphas,
    target_modules: targets,
    bias: "none",
    fan_in_fan_out: false,
    init_lora_weights: true,
    use_dora: false,
  };
}

/** PEFT features of LoRA that this version cannot compute, with the values that mean "off". */
const unsupportedFields: Readonly<Record<string, readonly unknown[]>> = {
  bias: ["none"],
  use_dora: [false],
  use_qalora: [false],
  use_bdlora: [null, false],
  fan_in_fan_out: [false],
  exclude_modules: [null],
  layers_to_transform: [null],
  layer_replication: [null],
  target_parameters: [null],
  trainable_token_indices: [null],
  alora_invocation_tokens: [null],
  arrow_config: [null],
  kasa_config: [null],
  monteclora_config: [null],
  velora_config: [null],
  lora_bias: [false],
  // Other initialisations change the model's own weights, which the folder does not hold.
  init_lora_weights: [true, false, null, "gaussian", "orthogonal", "eva"],
};

/** The settings in a PEFT LoRA's `adapter_config.json`. Reports every field that it cannot honour. */
export function loraFromPeft(config: Readonly<Record<string, unknown>>): LoraOptions {
  const wrong = Object.entries(unsupportedFields).flatMap(([field, off]) => {
    const value = config[field] ?? off[0];
    const isEmpty = Array.isArray(value) && value.length === 0;
    return off.includes(value) || isEmpty
      ? []
      : [`${field} is ${JSON.stringify(value)}, only ${JSON.stringify(off[0])} can be read`];
  });
  const targets = config.target_modules;
  const isList = Array.isArray(targets) && targets.every((name) => typeof name === "string");
  if (!isList && typeof targets !== "string") {
    wrong.push(`target_modules is ${JSON.stringify(targets) ?? "missing"}, but must be names`);
  }
  for (const field of ["r", "lora_alpha"]) {
    if (typeof config[field] !== "number") {
      wrong.push(`${field} is ${JSON.stringify(config[field]) ?? "missing"}, but must be a number`);
    }
  }
  if (wrong.length > 0) throw mistakes("weights", "the adapter cannot be read:", wrong);
  return {
    rank: config.r as number,
    alpha: config.lora_alpha as number,
    dropout: (config.lora_dropout as number | null) ?? 0,
    rankStabilised: Boolean(config.use_rslora),
    ranks: (config.rank_pattern as Record<string, number> | null) ?? {},
    alphas: (config.alpha_pattern as Record<string, number> | null) ?? {},
    targets: targets as Targets,
  };
}
