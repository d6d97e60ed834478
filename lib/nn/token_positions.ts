/**
 * Where tokens stand in their sequences.
 *
 * @module
 */
import type { Tensor } from "../engine/mod.ts";

/** Where tokens stand in their sequences, int32; they count from after a method's prefix. */
export interface TokenPositions {
  /** [batch, sequence] */
  readonly keys: Tensor;
  /** The positions of the queries, [batch, queries]. */
  readonly queries: Tensor;
}
