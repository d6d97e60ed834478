/**
 * The values of a recorded computation: type, shape and size.
 *
 * @module
 */

/** The element types that a graph holds. */
export type ElementType = "float32" | "float16" | "int32" | "int64" | "bool" | "uint8" | "int8";

/** The result of a node, an input or a constant. Open dimensions hold their marker size. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

/** The bytes of one element. */
export const elementBytes: Readonly<Record<ElementType, number>> = {
  float32: 4,
  float16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
  uint8: 1,
  int8: 1,
};

/** The bytes of a value's numbers. */
export function bytesOf({ type, shape }: Value): number {
  return sizeOf(shape) * elementBytes[type];
}
