/**
 * The contract of a pruner: it looks at what a trial has reported so far, beside the others, and says
 * whether it is worth going on.
 *
 * @module
 */
import type { SearchHistory } from "../history.ts";

/** A way to stop trials that will not be good. */
export interface Pruner {
  readonly name: string;
  /** As it was made, in plain JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Present where the steps of reports have to number folds or data sets, not how far a training has come. */
  readonly comparesFolds?: true;
  /** Whether the trial of this number should stop after its last report; from the history alone. */
  shouldPrune(history: SearchHistory, number: number): boolean;
}
