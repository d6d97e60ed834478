/**
 * In which numbers a training multiplies by frozen weights, as a user asks for it.
 *
 * @module
 */

/** The numbers of products with frozen weights. */
export type Compute = "float32" | "int8";

/** What can be asked for: one of them, or that the faster one is found out. */
export type ComputeOption = Compute | "auto";

/** All that can be asked for. */
export const computeOptions: readonly ComputeOption[] = ["float32", "int8", "auto"];
