/**
 * The steps by which a model was made.
 *
 * @module
 */
import type { CardReceipt, CardScore } from "../../serve/model_card.ts";

/** A model on the way. */
export interface LineageStep {
  /** Its folder as it was named, or the reference of a model that was downloaded. */
  readonly model: string;
  /** How it was made, in words. */
  readonly made: string;
  /** The models that it was made of; they stand before it. */
  readonly from: readonly string[];
  /** On the held-out rows of its own run; empty where it was not scored. */
  readonly scores: readonly CardScore[];
  /** What proved its files; empty where nothing did. */
  readonly receipts: readonly CardReceipt[];
}

/** The steps, each behind what it was made of; shows itself as one table. */
export interface Lineage {
  readonly steps: readonly LineageStep[];
}
