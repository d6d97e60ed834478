/**
 * Which tensors of a checkpoint are whose: the body's under their names, this head's, and those of
 * other heads, which are left over.
 *
 * @module
 */
import type { Family, Head, ModelConfig } from "../nn/family.ts";
import { type Layer, type Weight, weightsOf } from "../nn/layer.ts";
import type { Weights } from "../weights/weights.ts";

/**
 * Whether a checkpoint has this head: a head of the same size on another task means something else.
 * Checkpoints that name no class are taken at their sizes.
 */
export function isStoredHead(
  json: Readonly<Record<string, unknown>>,
  head: Pick<Head<never>, "className">,
  layers: readonly Layer[],
  stored: Pick<Weights, "tensors">,
): boolean {
  return isHeadOf(json, head) && layers.every((layer) => isStored(layer, stored));
}

/** The layers of a head that are of use though the checkpoint's has other outputs. */
export function reusableLayers(
  json: Readonly<Record<string, unknown>>,
  head: Pick<Head<never>, "className" | "reusable">,
  layers: readonly Layer[],
  stored: Pick<Weights, "tensors">,
): Layer[] {
  const { reusable } = head;
  if (!reusable || !isHeadOf(json, head)) return [];
  return layers.filter((layer) => reusable.test(layer.path) && isStored(layer, stored));
}

function isHeadOf(
  { architectures }: Readonly<Record<string, unknown>>,
  { className }: Pick<Head<never>, "className">,
) {
  return !Array.isArray(architectures) || architectures.length === 0 ||
    architectures.includes(className);
}

/** Whether a checkpoint has a layer's tensors in the layer's sizes, and no bias that it lacks. */
function isStored(layer: Layer, { tensors }: Pick<Weights, "tensors">): boolean {
  const isSame = weightsOf(layer).every(({ path, shape }) =>
    String(tensors.get(path)?.shape) === String(shape)
  );
  const hasBias = tensors.has(`${layer.path}.bias`);
  return isSame && hasBias === weightsOf(layer).some(({ path }) => path === `${layer.path}.bias`);
}

/** Whether a checkpoint has tensors of a layer's names in other sizes. */
export function isStoredOtherwise(layer: Layer, { tensors }: Pick<Weights, "tensors">): boolean {
  return weightsOf(layer).some(({ path, shape }) => {
    const stored = tensors.get(path);
    return stored !== undefined && String(stored.shape) !== String(shape);
  });
}

/** The names that checkpoints have for a weight of the body, with this head or another. */
export function namesOf(
  family: Family,
  { prefix: own }: Pick<Head<never>, "prefix">,
  weight: Weight,
): string[] {
  const others = Object.values(family.heads).map(({ prefix }) => prefix);
  const prefixes = [...new Set([own, family.prefix, ...others])]
    .flatMap((prefix) => prefix ? [`${prefix}.`] : []);
  const paths = [weight.path, ...legacyPaths(weight), ...family.storedNames?.(weight.path) ?? []];
  return paths.flatMap((path) => [...prefixes.map((prefix) => `${prefix}${path}`), path]);
}

/** Tensors of the family's heads but those of `own`, which are what is read of this one. */
export function ignoredHeads(
  { heads }: Family,
  config: ModelConfig,
  head: Head<ModelConfig>,
  own: readonly Layer[],
): RegExp[] {
  const kept = new Set(own.map(({ path }) => path));
  const others = Object.values(heads).flatMap((each) => each.layers(config, 1))
    .map(({ path }) => path).filter((path) => !kept.has(path));
  const isKept = [...kept].some((path) => path === "classifier" || path.startsWith("classifier."));
  const pattern = new RegExp(`^(?:${[...isKept ? [] : ["classifier"], ...others].join("|")})\\.`);
  return [pattern, ...(head.unused ? [new RegExp(`(?:^|\\.)${head.unused.source.slice(1)}`)] : [])];
}

/** TensorFlow-era checkpoints call a norm's scale and offset gamma and beta. */
function legacyPaths({ path, layer }: Weight): string[] {
  if (layer.kind !== "norm") return [];
  return [path.replace(/weight$/, "gamma").replace(/bias$/, "beta")];
}
