/**
 * The rows of a training, and which sequences are drawn together.
 *
 * @module
 */
import type { BatchDraw, Feeds, FeedsSoon } from "../nn/feeds.ts";
import type { Rollout, SharedPrompts } from "../nn/rollout.ts";
import type { BatchLayout } from "../text/batch_layout.ts";

/** The training rows, ready to be fed. */
export interface TrainingRows {
  /** Tokens of each sequence. */
  readonly lengths: ArrayLike<number>;
  /** The feeds of a padded batch of sequences. */
  feedsOf(sequences: ArrayLike<number>, draw?: BatchDraw): FeedsSoon;
  /** The feeds of a batch whose rows are packed as the layout says; absent where they cannot be. */
  packedFeedsOf?(sequences: ArrayLike<number>, layout: BatchLayout): Feeds;
  /** How batches stand in which each prompt is there once; absent where prompts have no answers in common. */
  readonly sharedPrompts?: SharedPrompts;
  /** Whether feeds change by chance in training (`Examples.changes`). */
  readonly changes?: "rows" | "batches";
  /** The sequences of each example, such as the two of a pair; one each unless given. */
  readonly groups?: readonly (readonly number[])[];
  /** What makes the rows of each step, where the model samples them itself. */
  readonly rollout?: Rollout;
}

/** The sequences of some examples, one example after the other. */
export function sequencesOf(
  { groups }: Pick<TrainingRows, "groups">,
  examples: ArrayLike<number>,
): number[] {
  const chosen = Array.from(examples);
  return groups ? chosen.flatMap((example) => groups[example]) : chosen;
}

/** Tokens of each example, all of its sequences together. */
export function exampleLengths({ lengths, groups }: TrainingRows): ArrayLike<number> {
  if (!groups) return lengths;
  return groups.map((group) => group.reduce((sum, sequence) => sum + lengths[sequence], 0));
}
