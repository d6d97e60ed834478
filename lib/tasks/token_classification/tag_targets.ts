/**
 * Which tokens of a sequence learn which label.
 *
 * @module
 */
import type { TagScheme } from "../../nn/tags/tag_scheme.ts";
import type { Subwords } from "./options.ts";
import type { TagTarget } from "./tag_objective.ts";
import type { TagSequence } from "./tag_sequences.ts";
import { innerTag, joinTags } from "./unit_tags.ts";
import type { WordUnit } from "./word_units.ts";

/** How words are learned. */
export interface TagTargetsOptions {
  readonly labels: readonly string[];
  readonly scheme: TagScheme;
  readonly subwords: Subwords;
}

/** The tokens of a unit that stand in a window, counted in its sequence. */
export function unitPlaces(
  { from, to }: WordUnit,
  { window, offset }: Pick<TagSequence, "window" | "offset">,
): number[] {
  const end = Math.min(to, window.end);
  return Array.from({ length: end - from }, (_, at) => offset + from - window.start + at);
}

/**
 * The targets of a sequence. Words that share their first token learn one tag for all of them.
 *
 * @param tags the row's tags, [words]
 */
export function tagTargets(
  sequence: TagSequence,
  units: readonly WordUnit[],
  tags: readonly string[],
  { labels, scheme, subwords }: TagTargetsOptions,
): TagTarget[] {
  const labelOf = (tag: string) => labels.indexOf(tag);
  const firsts = new Set(units.map(({ from }) => from));
  return sequence.window.units.flatMap((at): TagTarget[] => {
    const unit = units[at];
    const own = tags.slice(unit.word, unit.word + unit.words);
    const joined = joinTags(own, scheme);
    const tag = labelOf(joined) < 0 ? own[0] : joined;
    const places = unitPlaces(unit, sequence);
    if (subwords === "average") return [{ tokens: places, label: labelOf(tag) }];
    const first = { tokens: [places[0]], label: labelOf(tag) };
    if (subwords === "first") return [first];
    const inner = labelOf(innerTag(tag, labels, scheme));
    const others = places.slice(1)
      // A token may be the first one of the next word, whose tag it then learns.
      .filter((place) => !firsts.has(place - sequence.offset + sequence.window.start));
    return [first, ...others.map((place) => ({ tokens: [place], label: inner }))];
  });
}
