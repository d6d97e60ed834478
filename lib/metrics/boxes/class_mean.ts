/**
 * A metric of boxes that is a mean over classes, with what it is for each class.
 *
 * @module
 */
import type { BoxPredictions } from "../../nn/box_predictions.ts";
import { type Metric, metric } from "../metric.ts";
import { mean } from "./class_curves.ts";

/** The value of each class that has one. */
export type ClassValues = (
  predictions: BoxPredictions,
) => readonly { readonly label: number; readonly value: number }[];

const shared = { kinds: ["boxes"], better: "higher", range: [0, 1] } as const;

/** The mean over the classes that have objects; NaN where none has. */
export function classMean(
  name: string,
  title: string,
  valuesOf: ClassValues,
): Metric<number, BoxPredictions> {
  return metric<number, BoxPredictions>({
    ...shared,
    name,
    title,
    compute: (predictions) => mean(valuesOf(predictions).map(({ value }) => value)),
  });
}

/** The value of every class by name; NaN (null in JSON) for one without objects. */
export function classTable(
  name: string,
  valuesOf: ClassValues,
): Metric<Record<string, number>, BoxPredictions> {
  return metric<Record<string, number>, BoxPredictions>({
    ...shared,
    name,
    isTable: true,
    compute(predictions) {
      const found = new Map(valuesOf(predictions).map(({ label, value }) => [label, value]));
      return Object.fromEntries(
        predictions.labels.map((label, id) => [label, found.get(id) ?? NaN]),
      );
    },
  });
}
