/**
 * Refuses tensors that hold NaN or infinite numbers, where they are read: later only a loss would show
 * them, and nobody could tell that a file is the reason.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { quoted } from "../core/quoted.ts";
import type { Weights } from "./weights.ts";

/** A tensor of a file. */
export interface StoredTensor {
  /** Its name in the file. */
  readonly name: string;
  /** The file. */
  readonly path: string;
}

/** A tensor of a checkpoint, in the shard that has it. */
export function storedAs(
  { path, tensors }: Pick<Weights, "path" | "tensors">,
  name: string,
): StoredTensor {
  return { name, path: tensors.get(name)?.file ?? path };
}

/** The values; throws an error of kind "weights" with file and tensor where one is no finite number. */
export function finite<Values extends Float32Array>(
  values: Values,
  { name, path }: StoredTensor,
): Values {
  if (isFiniteSum(values)) return values;
  const wrong = values.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  const first = values.findIndex((value) => !Number.isFinite(value));
  throw new TunebookError(
    "weights",
    `${path}: ${wrong.toLocaleString("en")} of the ${
      values.length.toLocaleString("en")
    } numbers of ` +
      `the tensor ${quoted(name)} are NaN or infinite, the first (${values[first]}) at ` +
      `${
        first.toLocaleString("en")
      } counted from 0. The file is damaged, or was saved by a training ` +
      "that diverged: fetch it again, or use another one.",
  );
}

/**
 * Zero times a number is zero only where it is finite; many times as fast as asking each. Four sums, none of
 * which waits for another.
 */
function isFiniteSum(values: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  const fours = values.length - values.length % 4;
  for (let i = 0; i < fours; i += 4) {
    a += values[i] * 0;
    b += values[i + 1] * 0;
    c += values[i + 2] * 0;
    d += values[i + 3] * 0;
  }
  for (let i = fours; i < values.length; i++) a += values[i] * 0;
  return a + b + c + d === 0;
}
