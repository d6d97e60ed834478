/**
 * Where a classifier is wrong, and where its data may be.
 *
 * @module
 */
import type { LabelIssue } from "../../evaluate/label_issues.ts";
import type { ConfusionMatrix } from "../../metrics/confusion_matrix.ts";
import type { DuplicateGroup } from "./duplicates.ts";

/** A held-out row by its loss. */
export interface RowLoss {
  /** The row of the result's predictions, from 0. */
  readonly row: number;
  /** The row's number in its source, from 1. */
  readonly number: number;
  /** The label that it has. */
  readonly label: string;
  /** The likeliest label. */
  readonly predicted: string;
  /** The probability of the likeliest label. */
  readonly probability: number;
  /** The cross-entropy: minus the logarithm of the probability of the label that it has. */
  readonly loss: number;
}

/** A held-out row that is likely labelled wrongly. */
export interface RowLabelIssue extends LabelIssue {
  /** The row's number in its source, from 1. */
  readonly number: number;
}

/** Classes that are taken for another. */
export interface ConfusedPair {
  /** The label that the rows have. */
  readonly label: string;
  /** The label that they were given. */
  readonly predicted: string;
  readonly rows: number;
}

/** Where a classifier is wrong, and where its data may be. */
export interface ErrorAnalysis {
  /** All held-out rows, the largest loss first. */
  readonly topLosses: readonly RowLoss[];
  readonly confusion: ConfusionMatrix;
  /** What is taken for what, the commonest mistakes first. */
  readonly mostConfused: readonly ConfusedPair[];
  /** Held-out rows that are likely labelled wrongly (`labelIssues`), the least self-confident first. */
  readonly labelIssues: readonly RowLabelIssue[];
  /**
   * Rows of all splits that are the same to the model, and images that look alike: those in several splits
   * first, then those with different labels.
   */
  readonly duplicates: readonly DuplicateGroup[];
  /** A whole page for a browser, with the images in it. */
  html(): Promise<string>;
  toString(): string;
}
