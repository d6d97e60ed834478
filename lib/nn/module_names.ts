/**
 * What a layer is called in Python: the paths of the modules of transformers, by which PEFT chooses layers and
 * names its tensors. They are those of the checkpoint for most families.
 *
 * @module
 */
import type { ModelInfo } from "./method.ts";

/**
 * The names of a layer or of something in it, the one that present versions of transformers have first: with
 * what stands before the body's paths in a model with a head, and without.
 */
export function moduleNames(
  { pathPrefix, family }: Pick<ModelInfo, "pathPrefix" | "family">,
  path: string,
): readonly [string, ...string[]] {
  const paths = [...new Set([family.moduleOf?.(path) ?? path, path])];
  const [first, ...others] = paths.flatMap((each) => [`${pathPrefix}${each}`, each]);
  return [first, ...others];
}
