/**
 * The element types of a checkpoint and their conversion from and to float32.
 * Checkpoints are little-endian, as is every machine that Deno runs on.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";

/** An element type of the safetensors format that tunebook reads and writes. */
export type Dtype = "F32" | "F16" | "BF16" | "I64" | "I32" | "I8" | "U8" | "BOOL";

/** How many bytes one element takes. */
export const bytesPerElement: Readonly<Record<Dtype, number>> = {
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** Whether `name` is an element type that tunebook knows. */
export function isDtype(name: unknown): name is Dtype {
  return typeof name === "string" && Object.hasOwn(bytesPerElement, name);
}

/** How many elements a tensor of this shape has; 1 for a scalar's empty shape. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Converts raw little-endian bytes to float32, into `target` when it is given. Integers and
 * booleans become numbers; an integer beyond 2^24 is rounded.
 */
export function toFloat32(
  dtype: Dtype,
  bytes: Uint8Array,
  target: Float32Array = new Float32Array(bytes.length / bytesPerElement[dtype]),
): Float32Array {
  const source = elements(dtype, bytes);
  // A plain loop is several times faster than TypedArray.set across float widths.
  if (source instanceof BigInt64Array) {
    for (let i = 0; i < source.length; i++) target[i] = Number(source[i]);
  } else if (dtype === "BF16") {
    const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
    for (let i = 0; i < source.length; i++) bits[i] = source[i] << BF16_SHIFT;
  } else if (source instanceof Float16Array) {
    for (let i = 0; i < source.length; i++) target[i] = source[i];
  } else {
    target.set(source);
  }
  return target;
}

/**
 * Converts float32 values to the raw bytes of a floating-point type, rounding to nearest even.
 * Throws for integers and booleans, which float32 values do not describe.
 */
export function fromFloat32(dtype: Dtype, values: Float32Array): Uint8Array<ArrayBuffer> {
  if (dtype === "F32") return new Uint8Array(Float32Array.from(values).buffer);
  if (dtype === "F16") {
    const halves = new Float16Array(values.length);
    for (let i = 0; i < values.length; i++) halves[i] = values[i];
    return new Uint8Array(halves.buffer);
  }
  if (dtype === "BF16") return new Uint8Array(roundToBfloat16(values).buffer);
  throw new TunebookError(
    "input",
    `float32 values cannot be stored as ${dtype}; choose F32, F16 or BF16, or give the raw bytes`,
  );
}

const BF16_SHIFT = 16;

function roundToBfloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const rounded = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i];
    const kept = word >>> BF16_SHIFT;
    // Rounding up could carry a NaN's bits into an infinity or a sign, so a NaN is made quiet.
    rounded[i] = (word & 0x7fffffff) > 0x7f800000
      ? kept | 0x0040
      : (word + 0x7fff + (kept & 1)) >>> BF16_SHIFT;
  }
  return rounded;
}

function elements(dtype: Dtype, bytes: Uint8Array) {
  const width = bytesPerElement[dtype];
  // A typed array must start at a multiple of its width.
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const range = [aligned.buffer, aligned.byteOffset, aligned.length / width] as const;
  switch (dtype) {
    case "F32":
      return new Float32Array(...range);
    case "F16":
      return new Float16Array(...range);
    case "BF16":
      return new Uint16Array(...range);
    case "I64":
      return new BigInt64Array(...range);
    case "I32":
      return new Int32Array(...range);
    case "I8":
      return new Int8Array(...range);
    case "U8":
    case "BOOL":
      return aligned;
  }
}
