/**
 * Tags of entities that are written in another way than `B-PER` and `O`.
 *
 * @module
 */
import { tagParts } from "./tag_parts.ts";

/**
 * The tag that one like `b-PER`, `B_PER`, `PER-B`, `o` or `0` should be; a right one is itself, and
 * undefined stands for those of other kinds.
 *
 * @example
 * ```ts
 * import { spelledTag } from "./spelled_tag.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(["B-x", "b_x", "x-i", "o"].map(spelledTag), ["B-x", "B-x", "I-x", "O"]);
 * assert.equal(spelledTag("NN"), undefined);
 * ```
 */
export function spelledTag(tag: string): string | undefined {
  if (tagParts(tag)) return tag;
  if (tag === "o" || tag === "0") return "O";
  const { prefix, type, suffix, of } =
    (/^(?:(?<prefix>[bieslu])[-_:./|](?<type>.+)|(?<of>.+)[-_:./|](?<suffix>[bieslu]))$/is
      .exec(tag)?.groups ?? {}) as Partial<Record<string, string>>;
  if (prefix) return `${prefix.toUpperCase()}-${type}`;
  return suffix ? `${suffix.toUpperCase()}-${of}` : undefined;
}

/**
 * The tags that are spelled wrong where all of a data set are those of entities, O among them, but some
 * are not written as such; empty where they are right or of another kind, such as parts of speech.
 */
export function misspelledTags(tags: ReadonlySet<string>): { tag: string; right: string }[] {
  const all = Array.from(tags, (tag) => ({ tag, right: spelledTag(tag) }));
  const isEntities = all.every(({ right }) => right !== undefined) &&
    all.some(({ right }) => right === "O") && all.some(({ right }) => right!.includes("-"));
  if (!isEntities) return [];
  return all.flatMap(({ tag, right }) => tag === right ? [] : [{ tag, right: right! }]);
}
