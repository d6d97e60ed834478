/**
 * How many entities were found, by type.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { tagNames, type TagPredictions } from "../nn/tag_predictions.ts";
import { entitiesOf, strictEntitiesOf, type WordSpan } from "../nn/tags/entities_of.ts";

/** The counts of one type of entity. */
export interface EntityCounts {
  readonly type: string;
  /** Entities that are in the truth and in the predictions, with the same words and the same type. */
  readonly correct: number;
  readonly predicted: number;
  readonly true: number;
}

/** The entities of one row. */
export interface RowEntities {
  readonly truth: readonly WordSpan[];
  readonly predicted: readonly WordSpan[];
}

/**
 * The entities of each row, in seqeval's default mode or in its strict one. Throws a `TunebookError` of
 * kind "input" for plain tags.
 *
 * @param name the metric that asks, for the error
 */
export function rowEntities(
  { labels, scheme, truth, predicted }: TagPredictions,
  name: string,
  { strict = false }: { readonly strict?: boolean } = {},
): RowEntities[] {
  if (scheme === "plain") {
    throw new TunebookError(
      "input",
      `${name} scores entities, but each of these tags is of a word by itself ` +
        `(${labels.slice(0, 3).join(", ")} …); ask tokenAccuracy`,
    );
  }
  const read = (tags: Int32Array) => {
    const names = tagNames(labels, tags);
    return strict ? strictEntitiesOf(names, scheme) : entitiesOf(names);
  };
  return truth.map((tags, row) => ({ truth: read(tags), predicted: read(predicted[row]) }));
}

/** What makes two entities of a row the same. */
export function entityKey({ type, start, end }: WordSpan): string {
  return `${start} ${end} ${type}`;
}

/** The counts of every type that is true or predicted somewhere, sorted by type. */
export function entityCounts(rows: readonly RowEntities[]): EntityCounts[] {
  const counts = new Map<string, { correct: number; predicted: number; true: number }>();
  const of = (type: string) => {
    const found = counts.get(type) ?? { correct: 0, predicted: 0, true: 0 };
    counts.set(type, found);
    return found;
  };
  for (const { truth, predicted } of rows) {
    const known = new Set(truth.map(entityKey));
    for (const { type } of truth) of(type).true++;
    for (const span of predicted) {
      of(span.type).predicted++;
      if (known.has(entityKey(span))) of(span.type).correct++;
    }
  }
  return [...counts].sort(([a], [b]) => a < b ? -1 : 1).map(([type, each]) => ({ type, ...each }));
}
