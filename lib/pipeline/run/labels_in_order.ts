/**
 * The labels of data in the order of a trained head's outputs.
 *
 * @module
 */

/** Names that are equal but for case, spaces around them and the way Unicode writes accents. */
const keyOf = (name: string) => name.normalize("NFC").trim().toLowerCase();

/**
 * The head's labels, with the data's spelling where it has them, in the order of the head's outputs.
 * Undefined where the head does not know all labels of the data: then nobody can say which output is
 * which.
 *
 * A head without names knows classes by their numbers alone: labels 0 … outputs − 1.
 */
export function labelsInOrder(
  data: readonly string[],
  names: readonly string[] | undefined,
  outputs: number,
): string[] | undefined {
  const head = names ?? Array.from({ length: outputs }, (_, at) => String(at));
  if (data.every((label) => head.includes(label))) return [...head];
  // Without names only the numbers themselves tell.
  if (!names) return undefined;
  const spelling = new Map(data.map((label) => [keyOf(label), label]));
  const keys = new Set(names.map(keyOf));
  const isClear = spelling.size === data.length && keys.size === names.length;
  if (!isClear || ![...spelling.keys()].every((key) => keys.has(key))) return undefined;
  return names.map((name) => spelling.get(keyOf(name)) ?? name);
}
