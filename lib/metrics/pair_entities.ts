/**
 * Which predicted entity was meant for which true one.
 *
 * @module
 */
import type { WordSpan } from "../nn/tags/entities_of.ts";
import type { RowEntities } from "./entity_counts.ts";

/** A true and a predicted entity of the same words or of some of them; one of the two may be absent. */
export interface EntityPair {
  readonly truth: WordSpan | undefined;
  readonly predicted: WordSpan | undefined;
}

/**
 * Pairs the entities of a row, each with one other at most: those of the same words, then overlapping
 * ones of the same type, then any that overlap; among these those that share the most words, and the
 * leftmost ones of a tie. Those that are left are alone.
 */
export function pairEntities({ truth, predicted }: RowEntities): EntityPair[] {
  const candidates = truth.flatMap((own) =>
    predicted.map((other) => ({ own, other, shared: sharedWords(own, other) }))
      .filter(({ shared }) => shared > 0)
  );
  const rank = ({ own, other }: { own: WordSpan; other: WordSpan }) =>
    own.start === other.start && own.end === other.end ? 0 : own.type === other.type ? 1 : 2;
  // Sorting is stable, so that ties stay in the order of the words.
  candidates.sort((a, b) => rank(a) - rank(b) || b.shared - a.shared);
  const pairs: EntityPair[] = [];
  const taken = new Set<WordSpan>();
  for (const { own, other } of candidates) {
    if (taken.has(own) || taken.has(other)) continue;
    pairs.push({ truth: own, predicted: other });
    taken.add(own).add(other);
  }
  return [
    ...pairs,
    ...truth.filter((span) => !taken.has(span))
      .map((span) => ({ truth: span, predicted: undefined })),
    ...predicted.filter((span) => !taken.has(span))
      .map((span) => ({ truth: undefined, predicted: span })),
  ];
}

function sharedWords(a: WordSpan, b: WordSpan): number {
  return Math.min(a.end, b.end) - Math.max(a.start, b.start);
}
