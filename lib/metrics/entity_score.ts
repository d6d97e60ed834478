/**
 * A score of entities, averaged over their types in the three usual ways.
 *
 * @module
 */
import type { TagPredictions } from "../nn/tag_predictions.ts";
import { ratio } from "./class_score.ts";
import { additiveMetric } from "./additive_metric.ts";
import { type EntityCounts, entityCounts, rowEntities } from "./entity_counts.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * A score with its averages; itself it is the micro average, as in seqeval. A score of 0 ÷ 0 counts as
 * 0 (`zero_division=0`), and the types are those that are true or predicted somewhere.
 */
export interface EntityAverages extends Metric<number, TagPredictions> {
  /** The score of all entities together. */
  readonly micro: Metric<number, TagPredictions>;
  /** The mean over types; NaN where there is no entity at all. */
  readonly macro: Metric<number, TagPredictions>;
  /** The mean over types, weighted by how many entities are of the type. */
  readonly weighted: Metric<number, TagPredictions>;
  /** The score of each type. */
  readonly perClass: Metric<Record<string, number>, TagPredictions>;
}

/** The averages in both of seqeval's modes. */
export interface EntityScore extends EntityAverages {
  /**
   * Only entities that the scheme allows count (`mode="strict"`): in BIO none begins with I. Without
   * it they are read as `conlleval` does.
   */
  readonly strict: EntityAverages;
}

/** Makes an entity score out of what it is for one type. */
export function entityScore(name: string, score: (counts: EntityCounts) => number): EntityScore {
  const strict = averages(`${name}.strict`, score, true);
  return Object.freeze({ ...averages(name, score, false), strict });
}

function averages(
  name: string,
  score: (counts: EntityCounts) => number,
  strict: boolean,
): EntityAverages {
  const shared = { kinds: ["tags"], better: "higher", range: [0, 1] } as const;
  const entities = (predictions: TagPredictions) => rowEntities(predictions, name, { strict });
  const countsOf = (predictions: TagPredictions) => entityCounts(entities(predictions));
  const average = (own: string, of: (counts: EntityCounts[]) => number) =>
    metric<number, TagPredictions>({
      ...shared,
      name: own,
      compute: (predictions) => of(countsOf(predictions)),
    });
  const micro = (own: string) =>
    additiveMetric<TagPredictions>({
      ...shared,
      name: own,
      additive: {
        statistics: (predictions) => ({
          size: 3,
          values: Float64Array.from(
            entities(predictions).flatMap((row) => {
              const counts = total(entityCounts([row]));
              return [counts.correct, counts.predicted, counts.true];
            }),
          ),
        }),
        scoreOf: ([correct, predicted, isTrue]) =>
          score({ type: "", correct, predicted, true: isTrue }),
      },
    });
  return Object.freeze({
    ...micro(name),
    micro: micro(`${name}.micro`),
    macro: average(`${name}.macro`, (counts) => sum(counts.map(score)) / counts.length),
    weighted: average(
      `${name}.weighted`,
      (counts) =>
        ratio(sum(counts.map((each) => each.true * score(each))), sum(counts.map((c) => c.true))),
    ),
    perClass: metric<Record<string, number>, TagPredictions>({
      ...shared,
      name: `${name}.perClass`,
      isTable: true,
      compute: (predictions) =>
        Object.fromEntries(countsOf(predictions).map((counts) => [counts.type, score(counts)])),
    }),
  });
}

function total(counts: readonly EntityCounts[]): EntityCounts {
  return {
    type: "",
    correct: sum(counts.map(({ correct }) => correct)),
    predicted: sum(counts.map(({ predicted }) => predicted)),
    true: sum(counts.map((each) => each.true)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
