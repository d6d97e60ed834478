/**
 * A model of which only the first layers are kept.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Family, Head, ModelConfig } from "../nn/family.ts";
import { weightsOf } from "../nn/layer.ts";
import { namesOf } from "./checkpoint_names.ts";

/** The fields of `config.json` that count the layers of a stack. */
const depthFields = ["num_hidden_layers", "num_layers", "n_layers", "n_layer"];

interface DepthConfig {
  readonly family: Pick<Family, "stack" | "decoder" | "modelType">;
  readonly config: ModelConfig;
  readonly json: Readonly<Record<string, unknown>>;
}

type ReadConfig = {
  readonly family: Family;
  readonly config: ModelConfig;
  readonly json: Record<string, unknown>;
};

/**
 * The config of a model's first layers, as if its file had so few.
 *
 * @throws {TunebookError} of kind `input` where the model has fewer layers, of kind `unsupported` for
 * families that are no single stack of like layers.
 */
export function keepLayers<Read extends ReadConfig>(read: Read, layers: number | undefined): Read {
  const { family, config, json } = read;
  if (layers === undefined || layers === config.numLayers) return read;
  const field = depthField(read);
  if (layers > config.numLayers) {
    throw new TunebookError(
      "input",
      `layers is ${layers}, but the model has ${config.numLayers} layers`,
    );
  }
  const cut = Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      // What is said of each layer, such as `layer_types`.
      const isByLayer = Array.isArray(value) && name.startsWith("layer_");
      return [name, isByLayer ? value.slice(0, layers) : value];
    }),
  );
  const kept = { ...cut, [field]: layers };
  return { ...read, json: kept, config: family.readConfig(kept) };
}

/**
 * The field of `config.json` that counts the layers.
 *
 * @throws {TunebookError} of kind `unsupported` for families that are no single stack of like layers.
 */
export function depthField({ family, config, json }: DepthConfig): string {
  const field = depthFields.find((name) => json[name] === config.numLayers);
  if (family.stack && !family.decoder && field !== undefined) return field;
  throw new TunebookError(
    "unsupported",
    `layers are chosen of one stack of like layers, which ${family.modelType} models are not`,
  );
}

/** The checkpoint's tensors of layers that are not kept, by their names. */
export function ignoredLayers(
  family: Family,
  { whole, kept }: { readonly whole: ModelConfig; readonly kept: ModelConfig },
  head: Head<ModelConfig>,
): RegExp[] {
  if (whole === kept) return [];
  const paths = new Set(family.layers(kept).map(({ path }) => path));
  const names = family.layers(whole).filter(({ path }) => !paths.has(path)).flatMap(weightsOf)
    .flatMap((weight) => namesOf(family, head, weight));
  return [new RegExp(`^(?:${names.map(RegExp.escape).join("|")})$`)];
}
