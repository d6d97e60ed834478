/**
 * Many dimensions → two, so that they fit on a picture.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { Random } from "../core/random.ts";

/** How to project. */
export interface ProjectOptions {
  /**
   * `pca` keeps distances as far as two directions can; `umap` keeps neighbours together and says
   * nothing about large distances. `pca` unless given.
   */
  readonly method?: "pca" | "umap";
  /** Seed of umap; 1 unless given. */
  readonly seed?: number;
  /** umap: how many neighbours count; 15 unless given, fewer for few rows. */
  readonly neighbours?: number;
}

/** Two numbers for each row. The same rows and options give the same numbers. */
export async function project(
  vectors: readonly ArrayLike<number>[],
  { method = "pca", seed = 1, neighbours = 15 }: ProjectOptions = {},
): Promise<[number, number][]> {
  checkVectors(vectors);
  const rows = vectors.map((vector) => Array.from(vector));
  return method === "umap" ? await umap(rows, seed, neighbours) : await pca(rows);
}

/** Refuses vectors that cannot be projected: too few, of several lengths, or not finite. */
export function checkVectors(vectors: readonly ArrayLike<number>[]): void {
  const width = vectors[0]?.length ?? 0;
  const odd = vectors.findIndex((vector) => vector.length !== width);
  if (vectors.length < 3 || width < 2 || odd >= 0) {
    throw new TunebookError(
      "input",
      odd >= 0
        ? `vector ${odd + 1} has ${vectors[odd].length} numbers, the first has ${width}`
        : `a projection needs 3 vectors of 2 numbers at least, not ${vectors.length} of ${width}`,
    );
  }
  const unfit = vectors.findIndex((vector) => !Array.from(vector).every(Number.isFinite));
  if (unfit >= 0) {
    throw new TunebookError(
      "input",
      `vector ${unfit + 1} holds ${
        Array.from(vectors[unfit]).find((value) => !Number.isFinite(value))
      }; ` +
        "leave out the rows that are not finite",
    );
  }
}

async function pca(rows: number[][]): Promise<[number, number][]> {
  const { PCA } = await import("ml-pca");
  // Whichever matrix is smaller: of the dimensions or of the rows.
  const method = rows.length > rows[0].length ? "covarianceMatrix" : "SVD";
  const points = new PCA(rows, { method }).predict(rows, { nComponents: 2 }).to2DArray();
  // A direction and its opposite are equally good; the largest coordinate decides.
  const signs = [0, 1].map((axis) => {
    const largest = points.reduce((a, b) => Math.abs(b[axis]) > Math.abs(a[axis]) ? b : a);
    return largest[axis] < 0 ? -1 : 1;
  });
  return points.map(([x, y]) => [signs[0] * x, signs[1] * (y ?? 0)]);
}

async function umap(rows: number[][], seed: number, most: number): Promise<[number, number][]> {
  const { UMAP } = await import("umap-js");
  const random = Random.fromSeed(seed, "umap");
  const nNeighbors = Math.min(most, rows.length - 1);
  return new UMAP({ random: () => random.uniform(), nNeighbors }).fit(rows) as [number, number][];
}
