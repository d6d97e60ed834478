/**
 * What a tensor of transformers is called in a GGUF file.
 *
 * @module
 */
import type { Change, GgufArchitecture, TensorNames } from "../architectures/architecture.ts";

/** The name in the file, and what is done to the numbers; undefined for a tensor that it has not. */
export function storedName(
  { outside, block, blocks }: GgufArchitecture,
  name: string,
): { readonly name: string; readonly change?: Change } | undefined {
  const kind = /\.(?:weight|bias)$/.exec(name)?.[0];
  if (kind === undefined) return undefined;
  const path = name.slice(0, -kind.length);
  const [, number, inner] = path.startsWith(`${blocks}.`)
    ? /^\.(\d+)\.(.+)$/.exec(path.slice(blocks.length)) ?? []
    : [];
  const found = number === undefined ? find(outside, path) : find(block, inner);
  if (!found) return undefined;
  const { stem, change } = found;
  return {
    name: `${number === undefined ? "" : `blk.${number}.`}${stem}${kind}`,
    ...(change ? { change } : {}),
  };
}

function find(names: TensorNames, path: string) {
  for (const [stem, found] of Object.entries(names)) {
    const [name, change] = typeof found === "string" ? [found] : found;
    if (name === path) return { stem, change };
  }
  return undefined;
}
