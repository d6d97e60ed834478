/**
 * A picture of a confusion matrix.
 *
 * @module
 */
import { type Drawing, drawing } from "./drawing.ts";

/** Counts of rows by true and by given class, as the metric `confusionMatrix` gives them. */
export interface ConfusionCounts {
  readonly labels: readonly string[];
  /** `counts[i][j]` rows have class i and were given class j. */
  readonly counts: readonly (readonly number[])[];
}

/** A matrix of at most so many pixels a side. */
const [least, mostPixels, perClass] = [120, 520, 64];

/**
 * Draws a confusion matrix: a row for each true class, a column for each given one. The colour is
 * the share of the row, so that rare classes are seen too; the number is the count.
 *
 * @example
 * ```ts
 * import { confusionChart } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const drawn = confusionChart({ labels: ["bad", "good"], counts: [[8, 2], [1, 9]] });
 * assert.match(String(drawn), /of 10 rows that are bad, 8 were given bad, 2 good/);
 * ```
 */
export function confusionChart({ labels, counts }: ConfusionCounts): Drawing {
  const values = counts.flatMap((row, i) => {
    const rows = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => ({
      true: labels[i],
      given: labels[j],
      rows: count,
      share: rows > 0 ? count / rows : 0,
    }));
  });
  const side = Math.min(mostPixels, Math.max(least, perClass * labels.length));
  const axis = (name: string, title: string) => ({
    field: name,
    type: "nominal",
    title,
    sort: [...labels],
    axis: { labelLimit: 140, ...(name === "given" ? { orient: "top", labelAngle: 0 } : {}) },
  });
  const words = counts.map((row, i) => {
    const rows = row.reduce((sum, count) => sum + count, 0);
    const given = row.map((count, j) => `${count} ${labels[j]}`).join(", ");
    return `of ${rows} rows that are ${labels[i]}, ${given.replace(" ", " were given ")}`;
  });
  return drawing(
    {
      width: side,
      height: side,
      data: { values },
      encoding: { x: axis("given", "given class"), y: axis("true", "true class") },
      layer: [
        {
          mark: { type: "rect", stroke: "rgba(128,128,128,.5)" },
          encoding: {
            color: {
              field: "share",
              type: "quantitative",
              title: "share of row",
              scale: { scheme: "blues", domain: [0, 1] },
              legend: { format: ".0%" },
            },
          },
        },
        {
          mark: { type: "text", fontSize: 12 },
          encoding: {
            text: { field: "rows", type: "quantitative" },
            // The cell's own colour is known, whatever the page's is.
            color: { condition: { test: "datum.share > 0.55", value: "white" }, value: "#222" },
          },
        },
      ],
    } as never,
    `Confusion matrix: ${words.join("; ")}.`,
  );
}
