/**
 * The numbers that a device multiplies.
 *
 * @module
 */

/** `float16` is mixed precision: products in float16, the state and what needs its range in float32. */
export type Precision = "float32" | "float16";

/** A precision, or `auto` for the faster one of those that the device has. */
export type PrecisionName = Precision | "auto";

/** The names that options take. */
export const precisionNames: readonly PrecisionName[] = ["float32", "float16", "auto"];
