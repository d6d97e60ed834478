/**
 * Scores of each class as bars.
 *
 * @module
 */
import { type Drawing, drawing } from "./drawing.ts";
import { palette } from "./palette.ts";
import { short } from "./rows.ts";

/**
 * Draws scores by class, one group of bars for each class: `{ precision: { bad: 0.9, good: 0.8 } }`,
 * as the metrics' `perClass` variants give them.
 *
 * @example
 * ```ts
 * import { classBarsChart } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const drawn = classBarsChart({ recall: { bad: 0.5, good: 1 }, precision: { bad: 1, good: 0.7 } });
 * assert.match(String(drawn), /bad: recall 0.5, precision 1/);
 * ```
 */
export function classBarsChart(
  scores: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Drawing {
  const names = Object.keys(scores);
  const classes = [...new Set(names.flatMap((name) => Object.keys(scores[name])))];
  const values = names.flatMap((name) =>
    Object.entries(scores[name]).map(([label, score]) => ({ name, class: label, score }))
  );
  const rowHeight = 16;
  const words = classes.map((label) =>
    `${label}: ${names.map((name) => `${name} ${short(scores[name][label] ?? NaN)}`).join(", ")}`
  );
  return drawing(
    {
      width: 320,
      height: Math.max(60, classes.length * (names.length * rowHeight + 10)),
      data: { values },
      mark: { type: "bar" },
      encoding: {
        y: {
          field: "class",
          type: "nominal",
          // A domain and no sort: vega-lite nests a condition for each name that it sorts by.
          scale: { domain: classes },
          axis: { labelLimit: 180 },
        },
        ...(names.length > 1 ? { yOffset: { field: "name", type: "nominal", sort: names } } : {}),
        x: {
          field: "score",
          type: "quantitative",
          title: names.length === 1 ? names[0] : "score",
          scale: { domainMin: 0 },
        },
        color: {
          field: "name",
          type: "nominal",
          title: null,
          scale: { domain: names, range: names.map((_, at) => palette[at % palette.length]) },
          ...(names.length === 1 ? { legend: null } : {}),
        },
      },
    } as never,
    `Scores by class. ${words.join("; ")}`,
  );
}
