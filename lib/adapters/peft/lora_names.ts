/**
 * How files of LoRA name a layer's matrices: as diffusers does, by the path among the modules, or as kohya's
 * sd-scripts does, by the path with underscores.
 *
 * @module
 */

/** Whose names a file has. */
export type LoraNames = "diffusers" | "kohya";

/** The tensors of a layer. */
export type LoraRole = "a" | "b" | "magnitude" | "alpha";

/** What a tensor is, by its name. */
export interface LoraTensorName {
  /** The layer's path; of kohya's names with underscores in the place of the dots. */
  readonly layer: string;
  readonly role: LoraRole;
}

/** What kohya's names begin with, whichever kind of denoiser it is; others write the second. */
const kohyaName = /^lora_(?:unet|transformer)_(.+)\.(lora_down\.weight|lora_up\.weight|alpha)$/;
const kohyaRoles: Readonly<Record<string, LoraRole>> = {
  "lora_down.weight": "a",
  "lora_up.weight": "b",
  alpha: "alpha",
};

/** What stands before a path: of a pipeline's part, or of PEFT. */
const diffusersPrefix = /^(?:(?:unet|transformer)\.)?(?:base_model\.model\.)?/;
/** Names of diffusers before 0.22 → those of PEFT. */
const older: readonly (readonly [RegExp, string])[] = [
  [/\.processor\./, "."],
  [/\.to_out_lora\./, ".to_out.0.lora."],
  [/\.to_(q|k|v)_lora\./, ".to_$1.lora."],
  [/\.lora\.down\.weight$/, ".lora_A.weight"],
  [/\.lora\.up\.weight$/, ".lora_B.weight"],
];
const diffusersName = /^(.+)\.(lora_A\.weight|lora_B\.weight|lora_magnitude_vector(?:\.weight)?)$/;
const diffusersRoles: Readonly<Record<string, LoraRole>> = {
  "lora_A.weight": "a",
  "lora_B.weight": "b",
};

/** Whether a tensor's name is one of kohya's. */
export function isKohyaName(name: string): boolean {
  return /^lora_[a-z0-9]+_.*\.(?!lora_[AB]\.)/.test(name);
}

/** What a tensor is; undefined for a name that is none of a LoRA of a denoiser. */
export function readLoraName(name: string, names: LoraNames): LoraTensorName | undefined {
  if (names === "kohya") {
    const [, layer, role] = kohyaName.exec(name) ?? [];
    return layer === undefined ? undefined : { layer, role: kohyaRoles[role] };
  }
  const newer = older.reduce(
    (text, [from, to]) => text.replace(from, to),
    name.replace(diffusersPrefix, ""),
  );
  const [, layer, role] = diffusersName.exec(newer) ?? [];
  return layer === undefined ? undefined : { layer, role: diffusersRoles[role] ?? "magnitude" };
}

/** A layer's path as kohya writes it. */
export function kohyaLayer(path: string): string {
  return path.replaceAll(".", "_");
}
