/**
 * The contract of a way to judge.
 *
 * @module
 */
import type { Rating, RatingLevel } from "../agreement/krippendorff_alpha.ts";
import type { FeedbackContent, FeedbackValue } from "../item.ts";

/** What a kind may look at beside a value. */
export interface ValueContext {
  readonly content: FeedbackContent;
  /** The labels that may be given; any where there are none, as in a file that is read without its rows. */
  readonly labels?: readonly string[] | undefined;
  /** Whether two answers may be called equally good. */
  readonly ties: boolean;
}

/** A way to judge. */
export interface JudgedKind {
  /** Whether this is content of the kind, for files that people may have changed. */
  isContent(content: Readonly<Record<string, unknown>>): boolean;
  /** What is wrong with a value, in words that follow "the answer"; undefined where nothing is. */
  wrongValue(value: unknown, context: ValueContext): string | undefined;
  /** What the values of {@link ratings} are. */
  readonly level: RatingLevel;
  /** What a value says of each unit of its item, for agreement; always as many for one item. */
  ratings(value: FeedbackValue, content: FeedbackContent): readonly Rating[];
}
