/**
 * A picture of boxes and texts at given places, as a vega-lite specification.
 *
 * @module
 */
import { ink } from "../core/html.ts";
import type { Spec } from "./drawing.ts";

/** A box; a dashed one has no fill. Sizes are pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly x2: number;
  readonly y2: number;
  readonly fill?: string;
  readonly fillOpacity?: number;
  readonly stroke?: string;
  readonly isDashed?: boolean;
}

/** A text, in the middle of its place unless aligned; small ones may have several lines. */
export interface Caption {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly align?: "left" | "right";
  readonly isSmall?: boolean;
}

/** Pixels from line to line of small texts. */
export const smallLine = 11;

/** The specification of a picture of `width` by `height` pixels; y counts from above. */
export function diagramSpec(
  { boxes, texts }: { readonly boxes: readonly Box[]; readonly texts: readonly Caption[] },
  { width, height }: { readonly width: number; readonly height: number },
): Omit<Spec, "$schema"> {
  const position = (field: string, size: number) => ({
    field,
    type: "quantitative",
    axis: null,
    scale: { domain: [0, size], range: [0, size], nice: false, zero: false },
  });
  const at = { x: position("x", width), y: position("y", height) };
  const own = (field: string) => ({ field, type: "nominal", scale: null, legend: null });
  const boxLayer = (values: readonly Box[], dash: readonly number[]) => ({
    data: {
      values: values.map(({ fill = "none", fillOpacity = 1, stroke = "none", ...box }) => ({
        ...box,
        fill,
        fillOpacity,
        stroke,
      })),
    },
    mark: { type: "rect", strokeWidth: 1, cornerRadius: 2, strokeDash: dash, aria: false },
    encoding: {
      ...at,
      x2: { field: "x2" },
      y2: { field: "y2" },
      fill: own("fill"),
      fillOpacity: { field: "fillOpacity", type: "quantitative", scale: null, legend: null },
      stroke: own("stroke"),
    },
  });
  const textLayer = (values: readonly Caption[], mark: Readonly<Record<string, unknown>>) => ({
    data: { values: values.map(({ x, y, text }) => ({ x, y, text })) },
    mark: { type: "text", color: ink, lineBreak: "\n", aria: false, ...mark },
    encoding: { ...at, text: { field: "text", type: "nominal" } },
  });
  const big = texts.filter(({ isSmall }) => !isSmall);
  return {
    width,
    height,
    view: { stroke: null },
    layer: [
      boxLayer(boxes.filter(({ isDashed }) => !isDashed), [1, 0]),
      boxLayer(boxes.filter(({ isDashed }) => isDashed), [3, 2]),
      textLayer(texts.filter(({ isSmall }) => isSmall), { fontSize: 9, lineHeight: smallLine }),
      ...(["left", "center", "right"] as const).map((align) =>
        textLayer(big.filter((each) => (each.align ?? "center") === align), {
          fontSize: 11,
          baseline: "middle",
          align,
        })
      ),
    ],
  } as never;
}
