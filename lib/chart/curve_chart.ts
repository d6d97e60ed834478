/**
 * Curves of classes in a unit square: what ROC and precision-recall charts share.
 *
 * @module
 */
import { ink } from "../core/html.ts";
import type { ClassCurve } from "./curves_by_class.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { palette } from "./palette.ts";
import { short } from "./rows.ts";
import { type LinePoint, simplifiedLine } from "./simplify_line.ts";

/** The words of a chart of curves. */
export interface CurveWords {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** What the area is called. */
  readonly area: string;
  /** Whether a value holds until the next point, or lines run from point to point. */
  readonly hasSteps?: boolean;
  /** The line of a classifier without skill, where there is one for all classes. */
  readonly chance?: readonly { readonly x: number; readonly y: number }[];
}

const [side, decimals] = [280, 4];
/** A quarter of a pixel cannot be seen. */
const tolerance = 1 / (4 * side);
/** Points of a line, and of all lines together; a line has a few at least. */
const [mostPoints, mostInAll, leastPoints] = [400, 4000, 10];

/** One line for each class, its area in the legend. */
export function curveChart(curves: readonly ClassCurve[], words: CurveWords): Drawing {
  const named = curves.map((curve) => ({
    ...curve,
    name: `${curve.label} · ${
      Number.isFinite(curve.area) ? curve.area.toFixed(decimals) : "undefined"
    }`,
  }));
  const most = Math.max(leastPoints, Math.min(mostPoints, Math.floor(mostInAll / curves.length)));
  const values = named.flatMap(({ name, points, area }) => {
    if (!Number.isFinite(area)) return [];
    const line = words.hasSteps ? stepsOf(points) : points;
    return simplifiedLine(line, { tolerance, most }).map((point, at) => ({ name, at, ...point }));
  });
  const axis = (field: string, title: string) => ({
    field,
    type: "quantitative",
    title,
    scale: { domain: [0, 1] },
  });
  return drawing(
    {
      width: side,
      height: side,
      title: words.title,
      data: { values },
      encoding: { x: axis("x", words.x), y: axis("y", words.y) },
      layer: [
        ...words.chance
          ? [{
            data: { values: words.chance },
            mark: { type: "line", strokeDash: [4, 4], strokeWidth: 1, color: ink },
          }]
          : [],
        {
          mark: { type: "line", strokeWidth: 2 },
          encoding: {
            order: { field: "at" },
            color: {
              field: "name",
              type: "nominal",
              title: `class · ${words.area}`,
              scale: {
                domain: named.map(({ name }) => name),
                range: named.map((_, at) => palette[at % palette.length]),
              },
              legend: { labelLimit: 200, titleLimit: 0 },
            },
          },
        },
      ],
    } as never,
    `${words.title}. ${words.area}: ${
      curves.map(({ label, area }) => `${label} ${short(area)}`).join(", ")
    }`,
  );
}

/** A line with the corners of its steps: first to the new height, then across. */
function stepsOf(points: readonly LinePoint[]): LinePoint[] {
  return points.flatMap((point, at) =>
    at === 0 ? [point] : [{ ...point, x: points[at - 1].x }, point]
  );
}
