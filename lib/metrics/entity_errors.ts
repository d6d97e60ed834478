/**
 * What is wrong with the entities that are not right: their type, their boundaries, or both.
 *
 * @module
 */
import { bundleOf, type MimeBundle, withDisplay } from "../core/display.ts";
import { htmlFrame, htmlTable } from "../core/html.ts";
import { textTable } from "../core/text_table.ts";
import type { TagPredictions } from "../nn/tag_predictions.ts";
import { entityKey, rowEntities } from "./entity_counts.ts";
import { type EntityPair, pairEntities } from "./pair_entities.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * How many entities were right and wrong in which way. All but `spurious` together are the true
 * entities, all but `missed` the predicted ones.
 */
export interface EntityErrorCounts {
  /** The same words, the same type. */
  correct: number;
  /** The same words, another type. */
  type: number;
  /** Some of the words, or more, with the same type. */
  boundary: number;
  /** Some of the words, or more, with another type. */
  both: number;
  /** True entities where nothing was predicted. */
  missed: number;
  /** Predicted entities where nothing is true. */
  spurious: number;
}

/** The counts of all entities together, by type, and which type was taken for which. */
export interface EntityErrors extends EntityErrorCounts {
  /** By the true type; what is spurious by the predicted type. */
  perClass: Record<string, EntityErrorCounts>;
  /** Types that were confused, the most frequent ones first. */
  confused: { true: string; predicted: string; count: number }[];
}

/**
 * Tells type errors, boundary errors, missed and spurious entities apart. A true and a predicted
 * entity that overlap are compared with each other, each with one other at most: first those with the
 * same words, then those with the same type and then the others, by the number of words that they share.
 * `correct` divided by the true entities is `entityRecall`.
 *
 * @example
 * ```ts
 * import { entityErrors } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const errors = entityErrors.compute({
 *   kind: "tags",
 *   rows: 1,
 *   labels: ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"],
 *   scheme: "BIO",
 *   truth: [Int32Array.of(1, 2, 0, 3)], // two words PER, one LOC
 *   predicted: [Int32Array.of(1, 0, 0, 1)], // one word PER, one PER
 * });
 * assert.equal(errors.boundary, 1);
 * assert.equal(errors.type, 1);
 * assert.deepEqual(errors.confused, [{ true: "LOC", predicted: "PER", count: 1 }]);
 * ```
 */
export const entityErrors: Metric<EntityErrors, TagPredictions> = metric<
  EntityErrors,
  TagPredictions
>({
  name: "entityErrors",
  kinds: ["tags"],
  better: "higher",
  isTable: true,
  compute(predictions) {
    const byType = new Map<string, EntityErrorCounts>();
    const confused = new Map<string, { true: string; predicted: string; count: number }>();
    const all = noErrors();
    const count = (type: string, kind: keyof EntityErrorCounts) => {
      const counts = byType.get(type) ?? noErrors();
      byType.set(type, counts);
      counts[kind]++;
      all[kind]++;
    };
    for (const row of rowEntities(predictions, "entityErrors")) {
      for (const { truth, predicted } of pairEntities(row)) {
        count((truth ?? predicted!).type, kindOf({ truth, predicted }));
        if (!truth || !predicted || truth.type === predicted.type) continue;
        const key = JSON.stringify([truth.type, predicted.type]);
        const found = confused.get(key) ??
          { true: truth.type, predicted: predicted.type, count: 0 };
        found.count++;
        confused.set(key, found);
      }
    }
    return withDisplay(
      {
        ...all,
        perClass: Object.fromEntries([...byType].sort(([a], [b]) => a < b ? -1 : 1)),
        confused: [...confused.values()].sort((a, b) => b.count - a.count),
      },
      errorsDisplay,
      errorsText,
    );
  },
});

const noErrors = (): EntityErrorCounts => ({
  correct: 0,
  type: 0,
  boundary: 0,
  both: 0,
  missed: 0,
  spurious: 0,
});

function kindOf({ truth, predicted }: EntityPair): keyof EntityErrorCounts {
  if (!truth) return "spurious";
  if (!predicted) return "missed";
  if (entityKey(truth) === entityKey(predicted)) return "correct";
  if (truth.type === predicted.type) return "boundary";
  return truth.start === predicted.start && truth.end === predicted.end ? "type" : "both";
}

/** What displays are made of: the kinds of mistakes of each type, and the types that were confused. */
function errorsTables(errors: EntityErrors) {
  const kinds = Object.keys(noErrors()) as (keyof EntityErrorCounts)[];
  const head = ["type", ...kinds.map((kind) => titles[kind])];
  const row = (name: string, counts: EntityErrorCounts) => [
    name,
    ...kinds.map((kind) => counts[kind].toLocaleString("en")),
  ];
  const rows = [
    row("all", errors),
    ...Object.entries(errors.perClass).map(([type, counts]) => row(type, counts)),
  ];
  const align = head.map((_, at) => at === 0 ? "left" as const : "right" as const);
  const confused = errors.confused.map((each) => [each.true, each.predicted, String(each.count)]);
  const confusedHead = ["true type", "taken for", "entities"];
  const confusedAlign = ["left", "left", "right"] as const;
  return { head, rows, align, confused, confusedHead, confusedAlign };
}

function errorsText(errors: EntityErrors): string {
  const { head, rows, align, confused, confusedHead, confusedAlign } = errorsTables(errors);
  return [
    textTable(head, rows, align),
    ...(confused.length > 0 ? ["", textTable(confusedHead, confused, confusedAlign)] : []),
  ].join("\n");
}

function errorsDisplay(errors: EntityErrors): MimeBundle {
  const { head, rows, align, confused, confusedHead, confusedAlign } = errorsTables(errors);
  return bundleOf(
    errorsText(errors),
    htmlFrame(
      htmlTable({
        caption: "Entities by what is right or wrong with them",
        columns: head.map((title, at) => ({ title, align: align[at] })),
        rows,
      }),
      confused.length > 0
        ? htmlTable({
          caption: "Types that were taken for each other",
          columns: confusedHead.map((title, at) => ({ title, align: confusedAlign[at] })),
          rows: confused,
        })
        : [],
    ),
  );
}

const titles: Readonly<Record<keyof EntityErrorCounts, string>> = {
  correct: "correct",
  type: "wrong type",
  boundary: "wrong boundary",
  both: "both wrong",
  missed: "missed",
  spurious: "spurious",
};
