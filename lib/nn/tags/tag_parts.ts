/**
 * The two parts of an entity's tag.
 *
 * @module
 */

/** `B-PER` taken apart. */
export interface TagParts {
  readonly prefix: "B" | "I" | "O" | "E" | "S" | "L" | "U";
  /** The type of the entity; `_` where the tag has none, as in seqeval. */
  readonly type: string;
}

/** A tag's parts; undefined for one that is not made of a letter and a type. */
export function tagParts(tag: string): TagParts | undefined {
  if (tag === "O") return { prefix: "O", type: "_" };
  const [, prefix, type] = /^([BIESLU])(?:-(.+))?$/s.exec(tag) ?? [];
  return prefix ? { prefix: prefix as TagParts["prefix"], type: type ?? "_" } : undefined;
}
