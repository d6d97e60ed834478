/**
 * A model of which only some layers are kept.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Rule } from "../core/option_rules.ts";
import type { Family, Head, ModelConfig } from "../nn/family.ts";
import { type Weight, weightsOf } from "../nn/layer.ts";
import { namesOf } from "./checkpoint_names.ts";

/** How many layers are kept, from the first one, or which: their numbers, from 0. */
export type KeptLayers = number | readonly number[];

/** What `layers` must be. */
export const keptLayersRule: Rule = [
  "a whole number from 1, or a list of layers from 0, each after the one before, [1, 3, 5]",
  (value) =>
    Array.isArray(value)
      ? value.length > 0 &&
        value.every((layer, at) =>
          Number.isSafeInteger(layer) && layer >= 0 && (at === 0 || layer > value[at - 1])
        )
      : Number.isSafeInteger(value) && Number(value) >= 1,
];

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
 * The config of a model with some of its layers, as if its file had only these.
 *
 * @throws {TunebookError} of kind `input` where the model has fewer layers, of kind `unsupported` for
 * families that are no single stack of like layers, and for windows that a layer has by its number alone.
 */
export function keepLayers<Read extends ReadConfig>(
  read: Read,
  layers: KeptLayers | undefined,
): Read {
  const { family, config, json } = read;
  if (layers === undefined || layers === config.numLayers) return read;
  const field = depthField(read);
  const kept = numbersOf(layers);
  if (kept.at(-1)! >= config.numLayers) {
    throw new TunebookError(
      "input",
      `layers is ${shownLayers(layers)}, but the model has ${config.numLayers} layers` +
        (typeof layers === "number" ? "" : ", from 0"),
    );
  }
  const isByNumber = typeof json.sliding_window === "number" && !Array.isArray(json.layer_types);
  if (isByNumber && kept.some((layer, at) => layer !== at)) {
    throw new TunebookError(
      "unsupported",
      `layers ${
        shownLayers(layers)
      }: which layers of this ${family.modelType} have a window is told by ` +
        "their numbers, which would change; keep the first layers",
    );
  }
  const cut = Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      // What is said of each layer, such as `layer_types`.
      const isByLayer = Array.isArray(value) && name.startsWith("layer_");
      return [name, isByLayer ? kept.map((layer) => value[layer]) : value];
    }),
  );
  const ofKept = { ...cut, [field]: kept.length };
  return { ...read, json: ofKept, config: family.readConfig(ofKept) };
}

/** The layers by their numbers in the whole model. */
function numbersOf(layers: KeptLayers): readonly number[] {
  return typeof layers === "number" ? Array.from({ length: layers }, (_, at) => at) : layers;
}

/** Kept layers in words, `3` or `[1, 3, 5]`. */
export function shownLayers(layers: KeptLayers): string {
  return typeof layers === "number" ? String(layers) : `[${layers.join(", ")}]`;
}

/** A weight of a kept layer as the whole model has it. */
export function storedWeight(
  { stack }: Pick<Family, "stack">,
  layers: KeptLayers | undefined,
  weight: Weight,
): Weight {
  const start = `${stack?.layerPath}.`;
  if (layers === undefined || typeof layers === "number" || !weight.path.startsWith(start)) {
    return weight;
  }
  const [own, ...rest] = weight.path.slice(start.length).split(".");
  return { ...weight, path: `${start}${[layers[Number(own)], ...rest].join(".")}` };
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
  { whole, kept, layers }: {
    readonly whole: ModelConfig;
    readonly kept: ModelConfig;
    readonly layers: KeptLayers | undefined;
  },
  head: Head<ModelConfig>,
): RegExp[] {
  if (whole === kept) return [];
  const own = new Set(
    family.layers(kept).flatMap(weightsOf).map((each) => storedWeight(family, layers, each).path),
  );
  const names = family.layers(whole).flatMap(weightsOf).filter(({ path }) => !own.has(path))
    .flatMap((weight) => namesOf(family, head, weight));
  return [new RegExp(`^(?:${names.map(RegExp.escape).join("|")})$`)];
}
