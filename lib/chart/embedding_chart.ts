/**
 * Vectors as points on a plane.
 *
 * @module
 */
import { type Drawing, drawing } from "./drawing.ts";
import { palette } from "./palette.ts";
import { project, type ProjectOptions } from "./project.ts";

/** Vectors with what is known of them. */
export interface Embeddings {
  /** A vector for each row, all of one length. */
  readonly vectors: readonly ArrayLike<number>[];
  /** The class of each row, shown as colour. */
  readonly labels?: readonly string[];
}

/**
 * Draws vectors, such as what a model makes of texts, as points. Projects them to two dimensions
 * first; the same vectors and seed give the same picture.
 *
 * @example
 * ```ts
 * import { embeddingChart } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const drawn = await embeddingChart({
 *   vectors: [[0, 0, 1], [0, 0.1, 1], [1, 0, 0], [1, 0.1, 0]],
 *   labels: ["a", "a", "b", "b"],
 * });
 * assert.match(String(drawn), /4 vectors of 3 numbers.*pca.*a 2, b 2/);
 * ```
 */
export async function embeddingChart(
  { vectors, labels }: Embeddings,
  options: ProjectOptions = {},
): Promise<Drawing> {
  const points = await project(vectors, options);
  const classes = [...new Set(labels ?? [])];
  const side = 340;
  const axis = (field: string) => ({
    field,
    type: "quantitative",
    title: null,
    scale: { zero: false },
    // The numbers themselves mean nothing.
    axis: { labels: false, ticks: false, domain: false },
  });
  const counts = classes.map((name) => `${name} ${labels!.filter((each) => each === name).length}`);
  const { method = "pca" } = options;
  return drawing(
    {
      width: side,
      height: side,
      data: { values: points.map(([x, y], at) => ({ x, y, label: labels?.[at] ?? null })) },
      mark: { type: "circle", size: 34, opacity: 0.7 },
      encoding: {
        x: axis("x"),
        y: axis("y"),
        ...(labels
          ? {
            color: {
              field: "label",
              type: "nominal",
              title: null,
              scale: {
                domain: classes,
                range: classes.map((_, at) => palette[at % palette.length]),
              },
            },
          }
          : {}),
      },
    } as never,
    `${vectors.length} vectors of ${vectors[0].length} numbers, projected by ${method}` +
      (counts.length > 0 ? `: ${counts.join(", ")}` : ""),
  );
}
