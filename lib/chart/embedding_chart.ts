/**
 * Vectors as points on a plane.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { integer, oneOf, type Rules, whole } from "../core/option_rules.ts";
import { Random } from "../core/random.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { palette } from "./palette.ts";
import { checkVectors, project, type ProjectOptions } from "./project.ts";

/** Vectors with what is known of them. */
export interface Embeddings {
  /** A vector for each row, all of one length. */
  readonly vectors: readonly ArrayLike<number>[];
  /** The class of each row, shown as colour. */
  readonly labels?: readonly string[];
}

/** How to draw vectors. */
export interface EmbeddingChartOptions extends ProjectOptions {
  /** More vectors than this are drawn as a sample of so many; 2,000 unless given. */
  readonly maxPoints?: number;
}

const rules: Rules<EmbeddingChartOptions> = {
  method: oneOf(["pca", "umap"]),
  seed: integer,
  neighbours: whole,
  maxPoints: whole,
};

/**
 * Draws vectors, such as what a model makes of texts, as points. Projects them to two dimensions
 * first; the same vectors and seed give the same picture. Of many vectors a random sample is
 * projected and drawn, in which each class has its share and at least one point; the title says so.
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
  options: EmbeddingChartOptions = {},
): Promise<Drawing> {
  checkOptions("embeddingChart", options, rules);
  const { method = "pca", seed = 1, maxPoints = 2000 } = options;
  checkVectors(vectors);
  const shown = sampledRows(vectors.length, labels, { seed, most: maxPoints });
  const points = await project(shown.map((row) => vectors[row]), options);
  const sample = shown.length < vectors.length
    ? `a sample of ${shown.length.toLocaleString("en")} of ${
      vectors.length.toLocaleString("en")
    } vectors`
    : undefined;
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
  return drawing(
    {
      width: side,
      height: side,
      ...(sample ? { title: sample } : {}),
      data: { values: points.map(([x, y], at) => ({ x, y, label: labels?.[shown[at]] ?? null })) },
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
      (counts.length > 0 ? `: ${counts.join(", ")}` : "") + (sample ? `; ${sample} is drawn` : ""),
  );
}

/** All rows, or a random part of each class, in order. */
function sampledRows(
  count: number,
  labels: readonly string[] | undefined,
  { seed, most }: { readonly seed: number; readonly most: number },
): number[] {
  const rows = Array.from({ length: count }, (_, row) => row);
  if (count <= most) return rows;
  const groups = Map.groupBy(
    Random.fromSeed(seed, "sample").shuffle([...rows]),
    (row) => labels?.[row],
  );
  return [...groups.values()]
    .flatMap((group) => group.slice(0, Math.max(1, Math.round(most * group.length / count))))
    .sort((a, b) => a - b);
}
