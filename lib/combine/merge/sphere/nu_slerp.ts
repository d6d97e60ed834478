/**
 * Spherical interpolation of two models by weights, of rows and of differences too.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { oneOf, type Rules } from "../../../core/option_rules.ts";
import type { MergeMethod } from "../merge_method.ts";
import { addBase, differences } from "../weighted_sum.ts";

/** What is interpolated as one vector. */
export interface NuSlerpOptions {
  /** A whole tensor, as unless told otherwise, its rows, or its columns. */
  readonly vectors?: "tensor" | "rows" | "columns";
}

const rules: Rules<NuSlerpOptions> = { vectors: oneOf(["tensor", "rows", "columns"]) };

const smallestNorm = 1e-7;
/** Below this squared sine two vectors are as good as parallel, as in mergekit. */
const parallelSine = 1e-16;

/**
 * Goes along the arc between two models to where their weights say. With a base the arc is between what the
 * two have changed of it. Equal to mergekit's `nuslerp`, whose `nuslerp_flatten` is `vectors: "tensor"`, and
 * whose `nuslerp_row_wise` is `"columns"`: it goes along the first dimension.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { nuSlerp, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const tensors = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
 * const random = Random.fromSeed(1);
 * const [x, y] = nuSlerp().merge({ name: "w", shape: [2], tensors, weights: [2, 1], random });
 * assert.ok(Math.abs(Math.atan2(y, x) - Math.PI / 6) < 1e-6);
 * ```
 */
export function nuSlerp(options: NuSlerpOptions = {}): MergeMethod {
  checkOptions("nuSlerp", options, rules);
  const { vectors = "tensor" } = options;
  return {
    name: "nuslerp",
    settings: { vectors },
    base: "optional",
    models: { least: 2, most: 2 },
    weighted: true,
    merge({ shape, base, tensors, weights }) {
      const total = weights[0] + weights[1];
      const t = Math.abs(total) < 1e-6 ? 0.5 : weights[1] / total;
      const [first, second] = differences(tensors, base);
      const merged = new Float32Array(first.length);
      for (const { start, step, count } of strides(shape, first.length, vectors)) {
        const at = (element: number) => start + element * step;
        const [own, other] = arcWeights(first, second, { at, count }, t);
        for (let element = 0; element < count; element++) {
          merged[at(element)] = own * first[at(element)] + other * second[at(element)];
        }
      }
      return addBase(merged, base);
    },
  };
}

/** Where the elements of one vector lie. */
interface Stride {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** The vectors of a tensor: all of it, along its last dimension, or along its first one. */
function strides(
  shape: readonly number[],
  length: number,
  vectors: Required<NuSlerpOptions>["vectors"],
): Stride[] {
  if (vectors === "tensor" || shape.length === 0) return [{ start: 0, step: 1, count: length }];
  const count = vectors === "rows" ? shape.at(-1)! : shape[0];
  const others = count === 0 ? 0 : length / count;
  return Array.from(
    { length: others },
    (_, other) =>
      vectors === "rows"
        ? { start: other * count, step: 1, count }
        : { start: other, step: others, count },
  );
}

function arcWeights(
  first: Float32Array,
  second: Float32Array,
  { at, count }: { readonly at: (element: number) => number; readonly count: number },
  t: number,
): readonly [number, number] {
  let [squares, otherSquares, product] = [0, 0, 0];
  for (let element = 0; element < count; element++) {
    const [a, b] = [first[at(element)], second[at(element)]];
    squares += a * a;
    otherSquares += b * b;
    product += a * b;
  }
  const lengths = [squares, otherSquares].map((sum) => Math.max(Math.sqrt(sum), smallestNorm));
  const cosine = Math.max(-1, Math.min(1, product / lengths[0] / lengths[1]));
  if (1 - cosine * cosine <= parallelSine) return [1 - t, t];
  const angle = Math.acos(cosine);
  return [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
}
