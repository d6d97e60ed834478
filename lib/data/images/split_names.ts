/**
 * The names that folders of splits have.
 *
 * @module
 */

/** Which rows a split is for. */
export type SplitName = "train" | "validation" | "test";

const names: Readonly<Record<string, SplitName>> = {
  train: "train",
  training: "train",
  val: "validation",
  valid: "validation",
  validation: "validation",
  dev: "validation",
  test: "test",
  testing: "test",
};

/** The split that a folder of this name holds, if it is named as one. */
export function splitNamed(folder: string): SplitName | undefined {
  const name = folder.toLowerCase();
  return Object.hasOwn(names, name) ? names[name] : undefined;
}
