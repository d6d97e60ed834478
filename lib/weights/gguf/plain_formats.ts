/**
 * F32, F16 and BF16: numbers without blocks.
 *
 * @module
 */
import { bytesPerElement, toFloat32 } from "../dtype.ts";
import type { TensorFormat } from "./tensor_format.ts";

function plain(name: "F32" | "F16" | "BF16", type: number): TensorFormat {
  return {
    name,
    type,
    blockSize: 1,
    blockBytes: bytesPerElement[name],
    toFloat32: (bytes, target) => void toFloat32(name, bytes, target),
  };
}

/** The formats of plain numbers. */
export const plainFormats: readonly TensorFormat[] = [
  plain("F32", 0),
  plain("F16", 1),
  plain("BF16", 30),
];
