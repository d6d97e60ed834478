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
  /** Given where rows may stand elsewhere than the first one, as texts that go on from a cache do. */
  readonly perRow?: true;
}

/** Where tokens stand, and how long their texts are. */
export interface TextPositions extends TokenPositions {
  /**
   * How many tokens each text has so far, those of a cache and a method's prefix included: [batch,
   * sequence] int32 for the texts of the keys.
   */
  keyLengths(): Tensor;
  /** The same for the texts of the queries, [batch, queries] int32. */
  queryLengths(): Tensor;
}
