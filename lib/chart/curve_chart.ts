/**
 * Curves of classes in a unit square: what ROC and precision-recall charts share.
 *
 * @module
 */
import { ink } from "../core/html.ts";
import { thinnedSteps } from "./curve.ts";
import type { ClassCurve } from "./curves_by_class.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { palette } from "./palette.ts";
import { short } from "./rows.ts";

/** The words of a chart of curves. */
export interface CurveWords {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** What the area is called. */
  readonly area: string;
  readonly interpolate: "linear" | "step-before";
  /** The line of a classifier without skill, where there is one for all classes. */
  readonly chance?: readonly { readonly x: number; readonly y: number }[];
}

const [side, mostPoints, decimals] = [280, 400, 4];

/** One line for each class, its area in the legend. */
export function curveChart(curves: readonly ClassCurve[], words: CurveWords): Drawing {
  const named = curves.map((curve) => ({
    ...curve,
    name: `${curve.label} · ${
      Number.isFinite(curve.area) ? curve.area.toFixed(decimals) : "undefined"
    }`,
  }));
  const values = named.flatMap(({ name, points, area }) =>
    Number.isFinite(area)
      ? thinnedSteps(points.length, mostPoints).map((at) => ({ name, at, ...points[at] }))
      : []
  );
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
          mark: { type: "line", strokeWidth: 2, interpolate: words.interpolate },
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
