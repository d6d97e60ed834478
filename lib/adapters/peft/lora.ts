/**
 * LoRA in a PEFT folder: its fields of `adapter_config.json` and the names of its tensors.
 *
 * @module
 */
import type { ModelInfo, Parameter, PeftFormat, PeftTensor } from "../../nn/method.ts";
import type { LoraOptions, LoraSettings } from "../lora_options.ts";
import { checkFields, fanInFanOut, learnableBiases, targetsOf, wrappedNames } from "./fields.ts";

/** What LoRA writes beside its settings. */
export interface LoraInPeft {
  readonly modelInfo: ModelInfo;
  readonly settings: LoraSettings;
  readonly targets: readonly string[];
  /** Paths of the adapted linears. */
  readonly sites: readonly string[];
  readonly parameters: readonly Parameter[];
  /** The ranks and tensors in the place of the parameters: PiSSA's, which hold its start too. */
  readonly converted?: ConvertedLora;
}

/** A LoRA of other ranks that gives the same model. */
export interface ConvertedLora {
  readonly config: Readonly<Record<string, unknown>>;
  tensors(values: ReadonlyMap<string, Float32Array>): readonly PeftTensor[];
}

/** LoRA's format: every matrix is one tensor, `<path>.lora_A.weight` or `<path>.lora_B.weight`. */
export function loraToPeft(
  { modelInfo, settings, targets, sites, parameters, converted }: LoraInPeft,
): PeftFormat {
  // DoRA's magnitudes are no module in PEFT's files.
  const namesOf = (name: string) =>
    wrappedNames(modelInfo, name.endsWith(magnitudeSuffix) ? name : `${name}.weight`);
  const isTransposed = fanInFanOut(modelInfo, sites);
  return {
    write: (values) => ({
      config: { ...peftConfig(settings, targets), fan_in_fan_out: isTransposed },
      ...(converted ? { learned: converted.config } : {}),
      tensors: converted?.tensors(values).map((tensor) => ({
        ...tensor,
        name: namesOf(tensor.name)[0],
      })) ?? parameters.map(({ name, shape }) => ({
        name: namesOf(name)[0],
        shape,
        data: values.get(name)!,
      })),
    }),
    names: new Map(parameters.map(({ name }) => [name, namesOf(name)])),
  };
}

/** What stands after a layer's path in the name of its magnitudes. */
export const magnitudeSuffix = ".lora_magnitude_vector";

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
    init_lora_weights: true,
    use_dora: settings.dora,
  };
}

/** PEFT features of LoRA that this version cannot compute, with the values that mean "off". */
const unsupportedFields = {
  bias: learnableBiases,
  use_qalora: [false],
  use_bdlora: [null, false],
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
  init_lora_weights: [true, false, null, "gaussian", "orthogonal", "eva", "pissa"],
};

/** The settings in a PEFT LoRA's `adapter_config.json`. Reports every field that it cannot honour. */
export function loraFromPeft(config: Readonly<Record<string, unknown>>): LoraOptions {
  checkFields(config, { numbers: ["r", "lora_alpha"], targets: true, off: unsupportedFields });
  return {
    rank: config.r as number,
    alpha: config.lora_alpha as number,
    dropout: (config.lora_dropout as number | null) ?? 0,
    rankStabilised: Boolean(config.use_rslora),
    ranks: (config.rank_pattern as Record<string, number> | null) ?? {},
    alphas: (config.alpha_pattern as Record<string, number> | null) ?? {},
    dora: Boolean(config.use_dora),
    start: config.init_lora_weights === "pissa" ? "pissa" : "zero",
    targets: targetsOf(config),
  };
}
