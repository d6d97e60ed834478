/**
 * Writes the LoRA of a denoiser as diffusers or kohya's sd-scripts store it.
 *
 * @module
 */
import { join } from "node:path";
import { TunebookError } from "../../core/errors.ts";
import type { AttachedMethod, PeftTensor } from "../../nn/method.ts";
import type { Model } from "../../nn/model.ts";
import { trainedWeights } from "../../nn/trained.ts";
import { withFrozen } from "../../nn/trainable_model.ts";
import { type TensorToWrite, writeSafetensors } from "../../weights/write_safetensors.ts";
import type { PeftConfig } from "./config.ts";
import { peftPrefix } from "./files.ts";
import { loraFile, loraMetadataKey } from "./lora_file.ts";
import { kohyaLayer, type LoraNames, readLoraName } from "./lora_names.ts";
import { pythonPattern } from "./python_pattern.ts";

/** LoRA's parameters, by the end of their names. */
const ofLora = /\.lora_(?:A|B|magnitude_vector)$/;

/**
 * Makes sure, before anything is trained, that a file can hold all that is trained: LoRA and nothing else, of a
 * denoiser.
 */
export function checkLoraFile(
  model: Model,
  adapter: AttachedMethod,
  names: LoraNames,
): void {
  const { family } = model;
  const refuse = (why: string) => {
    throw new TunebookError(
      "unsupported",
      `${names}'${
        names.endsWith("s") ? "" : "s"
      } files of LoRA ${why}; deploy adapter(folder), which PEFT opens, or merged(folder)`,
    );
  };
  if (family.component === undefined) {
    refuse(`are for denoisers, but ${family.modelType} models are none`);
  }
  const other = adapter.parameters.find(({ name }) => !ofLora.test(name));
  if (other || adapter.parameters.length === 0 || !adapter.peft) {
    refuse(`hold nothing but LoRA${other ? `, but the method trains ${other.name}` : ""}`);
  }
  const [weight] = trainedWeights(model, adapter);
  if (weight) refuse(`hold nothing but LoRA, but the run also trains ${weight.path}`);
  const hasDora = adapter.parameters.some(({ name }) => name.endsWith("_vector"));
  if (names === "kohya" && hasDora) refuse("have no DoRA");
}

/** Writes `pytorch_lora_weights.safetensors` into a folder, with either names. */
export async function writeLoraFile(
  folder: string,
  { model, attached, values, names }: {
    readonly model: Model;
    readonly attached: AttachedMethod;
    /** The trained values. */
    readonly values: ReadonlyMap<string, Float32Array>;
    readonly names: LoraNames;
  },
): Promise<void> {
  checkLoraFile(model, attached, names);
  const content = await attached.peft!.write(withFrozen(attached, values));
  const config = { ...content.config, ...content.learned };
  const part = model.family.component!;
  const tensors = names === "kohya"
    ? kohyaTensors(content.tensors, config)
    : content.tensors.map((tensor) => ({
      ...tensor,
      dtype: "F32" as const,
      name: `${part}.${moduleOf(tensor)}`,
    }));
  await writeSafetensors(join(folder, loraFile), tensors, {
    format: "pt",
    ...(names === "kohya" ? {} : { [loraMetadataKey]: metadataOf(part, config) }),
  });
}

/** A tensor's name without what PEFT puts before the path. */
function moduleOf({ name }: Pick<PeftTensor, "name">): string {
  return name.slice(peftPrefix.length + 1);
}

/** A and B under kohya's names, and an alpha of each layer, by which the rank divides. */
function kohyaTensors(tensors: readonly PeftTensor[], config: PeftConfig): TensorToWrite[] {
  return tensors.flatMap((tensor): TensorToWrite[] => {
    const { layer, role } = readLoraName(moduleOf(tensor), "diffusers")!;
    const { shape, data } = tensor;
    const at = `lora_unet_${kohyaLayer(layer)}`;
    if (role === "b") return [{ name: `${at}.lora_up.weight`, dtype: "F32", shape, data }];
    const [rank] = shape;
    const scale = config.use_rslora ? Math.sqrt(rank) : 1;
    const alpha = Float32Array.of(alphaOf(config, layer) * scale);
    return [
      { name: `${at}.lora_down.weight`, dtype: "F32", shape, data },
      { name: `${at}.alpha`, dtype: "F32", shape: [], data: alpha },
    ];
  });
}

/** The alpha of a layer: the first of `alpha_pattern` that fits, else `lora_alpha`. */
function alphaOf(config: PeftConfig, layer: string): number {
  const patterns = Object.entries((config.alpha_pattern ?? {}) as Record<string, number>);
  const own = patterns.find(([source]) => pythonPattern(source, "alpha_pattern").test(layer));
  return own?.[1] ?? config.lora_alpha as number;
}

/** The fields that say what the matrices do: diffusers makes PEFT's LoraConfig of them, which knows no others. */
const told = [
  "alpha_pattern",
  "bias",
  "fan_in_fan_out",
  "lora_alpha",
  "lora_dropout",
  "peft_type",
  "r",
  "rank_pattern",
  "target_modules",
  "use_dora",
  "use_rslora",
];

/** The config as diffusers writes it: each field with the part's name, in the order of the alphabet. */
function metadataOf(part: string, config: PeftConfig): string {
  const fields = told.filter((field) => config[field] !== undefined)
    .map((field) => [`${part}.${field}`, config[field]]);
  return JSON.stringify(Object.fromEntries(fields), null, 2);
}
