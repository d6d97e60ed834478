/**
 * The first numbers of a vector (Matryoshka representations, Kusupati et al., arXiv 2205.13147).
 *
 * @module
 */
import { RequestError } from "../http/request_error.ts";

/** How far a length may be from 1 in float32. */
const rounding = 1e-3;

/** The first `dimensions` numbers, scaled to length 1 where the whole vector has that length; all unless given. */
export function cutVector(vector: Float32Array, dimensions: number | undefined): Float32Array {
  if (dimensions === undefined || dimensions === vector.length) return vector;
  if (dimensions > vector.length) {
    throw new RequestError(
      400,
      `dimensions is ${dimensions}, but the model's vectors have ${vector.length}`,
      { param: "dimensions", code: "invalid_input" },
    );
  }
  const cut = vector.slice(0, dimensions);
  const own = Math.hypot(...cut);
  const isUnit = Math.abs(Math.hypot(...vector) - 1) < rounding;
  return isUnit && own > 0 ? cut.map((each) => each / own) : cut;
}
