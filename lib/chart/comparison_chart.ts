/**
 * Scores of several methods with their confidence intervals.
 *
 * @module
 */
import { type Drawing, drawing } from "./drawing.ts";
import { palette } from "./palette.ts";
import { short } from "./rows.ts";

/** A method's score; `low` and `high` are the ends of its interval. */
export interface ScoredMethod {
  readonly name: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** The scores of single runs, as small points. */
  readonly scores: readonly number[];
}

const rowHeight = 28;

/** Draws a row for each method: its interval as a line, its mean as a point, its runs as rings. */
export function comparisonChart(methods: readonly ScoredMethod[], scoreName: string): Drawing {
  const names = methods.map(({ name }) => name);
  const y = {
    field: "name",
    type: "nominal",
    sort: names,
    title: null,
    axis: { labelLimit: 180 },
  };
  const color = { value: palette[0] };
  const x = (field: string) => ({
    field,
    type: "quantitative",
    title: scoreName,
    scale: { zero: false },
  });
  const means = { values: methods.map(({ name, mean, low, high }) => ({ name, mean, low, high })) };
  const runs = {
    values: methods.flatMap(({ name, scores }) => scores.map((run) => ({ name, run }))),
  };
  return drawing(
    {
      width: 320,
      height: rowHeight * Math.max(2, methods.length),
      layer: [
        {
          data: means,
          mark: { type: "rule", strokeWidth: 2 },
          encoding: { y, x: x("low"), x2: { field: "high" }, color },
        },
        {
          data: runs,
          mark: { type: "point", size: 30, opacity: 0.7 },
          encoding: { y, x: x("run"), color: { value: palette[1] } },
        },
        {
          data: means,
          mark: { type: "point", filled: true, size: 90, opacity: 1 },
          encoding: { y, x: x("mean"), color },
        },
      ],
    } as never,
    `${scoreName} of ${methods.length} methods with 95 % intervals. ` +
      methods.map(({ name, mean, low, high }) =>
        `${name}: ${short(mean)} (${short(low)} to ${short(high)})`
      ).join("; "),
  );
}
