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
  /** The places of the asked rows, [batch, queries]. */
  readonly queries: Tensor;
}
