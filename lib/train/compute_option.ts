/**
 * In which numbers the linear layers of a training are computed, as a user asks for it.
 *
 * @module
 */

/** The numbers of linear layers' products. */
export type Compute = "float32" | "int8";

/** What can be asked for: one of them, or that the faster one is found out. */
export type ComputeOption = Compute | "auto";

/** All that can be asked for. */
export const computeOptions: readonly ComputeOption[] = ["float32", "int8", "auto"];
