/**
 * What is known of a served model: what its folder says, how it scored, and how its files were proved.
 *
 * @module
 */

/** A score on held-out rows. */
export interface CardScore {
  /** What people call it, `accuracy`. */
  readonly name: string;
  readonly value: number;
  /** The ends of its 95 % interval, where it has one. */
  readonly low?: number;
  readonly high?: number;
}

/** How the files of a deployment were proved. */
export interface CardReceipt {
  readonly target: string;
  /** The type of the files' numbers, where the target was told which to write. */
  readonly dtype?: string;
  /** Held-out rows that were compared. */
  readonly rows: number;
  /** The largest difference of an output, and the largest that is allowed. */
  readonly largestDifference: number;
  readonly tolerance: number;
  /** Of all files. */
  readonly bytes: number;
}

/** What is known of a served model; it names no folder. */
export interface ModelCard {
  /** Facts by their names, in the order in which they are shown. */
  readonly facts: Readonly<Record<string, string>>;
  readonly scores: readonly CardScore[];
  readonly receipts: readonly CardReceipt[];
  /** The folder's `README.md`, without its front matter. */
  readonly text?: string;
}
