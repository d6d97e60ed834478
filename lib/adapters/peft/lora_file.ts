/**
 * Files of LoRA that diffusers and kohya's sd-scripts write for denoisers, `pytorch_lora_weights.safetensors`.
 *
 * @module
 */
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { parseJson } from "../../core/parse_json.ts";
import { finite } from "../../weights/finite.ts";
import { openSafetensors } from "../../weights/safetensors.ts";
import type { PeftConfig } from "./config.ts";
import { isKohyaName, type LoraNames, type LoraRole, readLoraName } from "./lora_names.ts";

/** The name that diffusers looks for. */
export const loraFile = "pytorch_lora_weights.safetensors";
/** The metadata in which diffusers, from 0.34 on, keeps PEFT's config of each part of a pipeline. */
export const loraMetadataKey = "lora_adapter_metadata";

/** A tensor of a file. */
export interface LoraTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The matrices of a layer, A [rank, …] and B [outputs, rank, …]. */
export interface StoredLora {
  readonly a: LoraTensor;
  readonly b: LoraTensor;
  readonly magnitude?: LoraTensor;
  /** The scale of the update before it is divided by the rank. */
  readonly alpha?: number;
}

/** A file in memory. */
export interface LoraFile {
  readonly path: string;
  readonly names: LoraNames;
  /** By the layer's path; of kohya's names with underscores in the place of the dots. */
  readonly layers: ReadonlyMap<string, StoredLora>;
  /** PEFT's config, where the file has it. */
  readonly config?: PeftConfig;
}

/** Reads a file. Everything that is wrong with its tensors is one error of kind "weights". */
export async function readLoraFile(path: string): Promise<LoraFile> {
  using file = await openSafetensors(path);
  const stored = [...file.tensors.keys()];
  const names: LoraNames = stored.some(isKohyaName) ? "kohya" : "diffusers";
  const found = new Map<string, Partial<Record<LoraRole, LoraTensor>>>();
  const wrong: string[] = [];
  for (const name of stored) {
    const read = readLoraName(name, names);
    if (!read) {
      wrong.push(`"${name}" ${whyUnknown(name, names)}`);
      continue;
    }
    const { shape } = file.tensors.get(name)!;
    const tensor = { shape, data: finite(await file.readFloat32(name), { name, path }) };
    found.set(read.layer, { ...found.get(read.layer), [read.role]: tensor });
  }
  const layers = new Map<string, StoredLora>();
  for (const [layer, { a, b, magnitude, alpha }] of found) {
    const mistake = mistakeIn(layer, { a, b, alpha });
    if (mistake || !a || !b) wrong.push(mistake);
    else {
      layers.set(layer, {
        a,
        b,
        ...(magnitude ? { magnitude } : {}),
        // kohya's scripts take 0 as not given.
        ...(alpha && alpha.data[0] !== 0 ? { alpha: alpha.data[0] } : {}),
      });
    }
  }
  if (stored.length === 0) wrong.push("it has no tensors");
  if (wrong.length > 0) throw mistakes("weights", `${path} cannot be read as a LoRA:`, wrong);
  const config = configIn(path, file.metadata[loraMetadataKey]);
  return { path, names, layers, ...(config ? { config } : {}) };
}

/** Texts are read by other models than those that denoise. */
const ofTexts = /^(?:text_encoder|lora_te)/;
/** What other methods than LoRA are stored as. */
const ofOthers = /\.(?:hada_|lokr_|lora_mid|dora_scale|oft_|boft_)/;

function whyUnknown(name: string, names: LoraNames): string {
  if (ofTexts.test(name)) return "is of a text encoder, which no denoiser here has";
  if (ofOthers.test(name)) return "is of another method than LoRA, or of kohya's DoRA";
  return names === "kohya"
    ? "is none of kohya's names, lora_unet_….lora_down.weight, ….lora_up.weight and ….alpha"
    : "is none of diffusers' names, unet.….lora_A.weight and ….lora_B.weight";
}

/** What is wrong with a layer's tensors; "" if nothing is. */
function mistakeIn(
  layer: string,
  { a, b, alpha }: Partial<Record<LoraRole, LoraTensor>>,
): string {
  if (!a || !b) return `${layer} lacks its ${a ? "B (up)" : "A (down)"}`;
  if (a.shape.length < 2 || a.shape.length !== b.shape.length || a.shape[0] !== b.shape[1]) {
    return `${layer} has A [${a.shape.join(", ")}] and B [${
      b.shape.join(", ")
    }], whose ranks differ`;
  }
  return alpha && alpha.data.length !== 1 ? `${layer} has ${alpha.data.length} alphas` : "";
}

/** PEFT's config of the denoiser out of the metadata, whose fields bear the part's name. */
function configIn(path: string, text: string | undefined): PeftConfig | undefined {
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    const reason = messageOf(error);
    throw new TunebookError("weights", `${path}: ${loraMetadataKey} is not JSON: ${reason}`, {
      cause: error,
    });
  }
  if (!isRecord(json)) {
    throw new TunebookError("weights", `${path}: ${loraMetadataKey} is not a JSON object`);
  }
  return Object.fromEntries(
    Object.entries(json).map(([field, value]) => [
      field.replace(/^(?:unet|transformer)\./, ""),
      value,
    ]),
  );
}
