/**
 * A picture of a confusion matrix.
 *
 * @module
 */
import { visible } from "../core/visible.ts";
import { type Drawing, drawing } from "./drawing.ts";

/** Counts of rows by true and by given class, as the metric `confusionMatrix` gives them. */
export interface ConfusionCounts {
  readonly labels: readonly string[];
  /** `counts[i][j]` rows have class i and were given class j. */
  readonly counts: readonly (readonly number[])[];
}

/** Pixels: of a side, of a class, and the sizes of numbers that can be read. */
const [mostPixels, perClass] = [620, 64];
const [leastFont, mostFont] = [8, 12];
/** Width of a character as a share of the font's size. */
const characterShare = 0.65;
/** Cells without numbers: those with the largest shares are drawn. */
const mostCells = 4000;
/** More classes than these are not told one by one. */
const mostTold = 12;
/** From no rows to all; small shares must be told from none. */
const colours = ["#f7fbff", "#6baed6", "#08306b"];
/** Above this share white is read better on the cell than black. */
const darkShare = 0.65;

/**
 * Draws a confusion matrix: a row for each true class, a column for each given one. The colour is
 * the share of the row, so that rare classes are seen too; the number is the count. Cells shrink with
 * the number of classes, and numbers that could not be read are left out. Of more than 4,000 cells
 * with rows those with the largest shares are drawn.
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
export function confusionChart({ labels: names, counts }: ConfusionCounts): Drawing {
  const labels = names.map(visible);
  const values = counts.flatMap((row, i) => {
    const rows = sum(row);
    return row.map((count, j) => ({
      true: labels[i],
      given: labels[j],
      rows: count,
      share: rows > 0 ? count / rows : 0,
    }));
  });
  const side = Math.min(mostPixels, perClass * Math.max(2, labels.length));
  const cell = side / Math.max(2, labels.length);
  const digits = values.reduce((most, { rows }) => Math.max(most, String(rows).length), 1);
  const fontSize = Math.min(mostFont, 0.7 * cell, (cell - 2) / (characterShare * digits));
  const isReadable = fontSize >= leastFont;
  const shown = isReadable ? values : values.filter(({ rows }) => rows > 0)
    .sort((a, b) => b.share - a.share).slice(0, mostCells);
  const longest = labels.reduce((most, label) => Math.max(most, label.length), 0);
  const isNarrow = longest * characterShare * mostFont > cell;
  const axis = (name: string, title: string) => ({
    field: name,
    type: "nominal",
    title,
    scale: { domain: [...labels] },
    axis: {
      labelLimit: 180,
      labelOverlap: "parity",
      ...(name === "given" ? { orient: "top", labelAngle: isNarrow ? -90 : 0 } : {}),
    },
  });
  const numbers = {
    mark: { type: "text", fontSize },
    encoding: {
      text: { field: "rows", type: "quantitative" },
      // The cell's own colour is known, whatever the page's is.
      color: { condition: { test: `datum.share > ${darkShare}`, value: "white" }, value: "#222" },
    },
  };
  return drawing(
    {
      width: side,
      height: side,
      view: { fill: colours[0] },
      data: { values: shown },
      encoding: { x: axis("given", "given class"), y: axis("true", "true class") },
      layer: [
        {
          mark: { type: "rect", ...(isReadable ? { stroke: "rgba(128,128,128,.5)" } : {}) },
          encoding: {
            color: {
              field: "share",
              type: "quantitative",
              title: "share of row",
              scale: { range: colours, domain: [0, 0.5, 1] },
              legend: { format: ".0%" },
            },
          },
        },
        ...(isReadable ? [numbers] : []),
      ],
    } as never,
    `Confusion matrix${
      labels.length > mostTold ? summary(labels, counts) : `: ${told(labels, counts)}`
    }.`,
  );
}

/** Each class in a sentence. */
function told(labels: readonly string[], counts: ConfusionCounts["counts"]): string {
  return counts.map((row, i) => {
    const given = row.map((count, j) => `${count} ${labels[j]}`).join(", ");
    return `of ${sum(row)} rows that are ${labels[i]}, ${given.replace(" ", " were given ")}`;
  }).join("; ");
}

/** The matrix of many classes: how much is right, and the commonest mistakes. */
function summary(labels: readonly string[], counts: ConfusionCounts["counts"]): string {
  const rows = sum(counts.map(sum));
  const right = sum(counts.map((row, i) => row[i]));
  const wrong = counts.flatMap((row, i) => row.map((count, j) => ({ i, j, count })))
    .filter(({ i, j, count }) => i !== j && count > 0)
    .sort((a, b) => b.count - a.count).slice(0, mostTold)
    .map(({ i, j, count }) => `${labels[i]} given as ${labels[j]} ${count}`);
  return ` of ${labels.length} classes: ${right} of ${rows} rows are right` +
    (wrong.length > 0 ? `; the commonest mistakes are ${wrong.join(", ")}` : "");
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
