/**
 * Feeds that have to wait for something, such as images that are decoded, are made while the step before
 * them is computed.
 *
 * @module
 */
import type { BatchDraw, Feeds } from "../nn/feeds.ts";
import type { StepPlan } from "./step_plan.ts";
import { sequencesOf, type TrainingRows } from "./training_rows.ts";

/** The feeds of the batches of a training. */
export interface FeedsAhead {
  /**
   * The feeds of a micro-batch. Where they were on their way, those of `next` are begun as well, so that
   * the work for them goes on while this batch is computed.
   */
  take(batch: BatchDraw, next: BatchDraw | undefined): Promise<Feeds>;
}

/** Makes the feeds of rows in the order of a plan. */
export function feedsAhead(
  rows: Pick<TrainingRows, "feedsOf" | "groups">,
  { microBatchesOf }: Pick<StepPlan, "microBatchesOf">,
): FeedsAhead {
  const feedsOf = (batch: BatchDraw) =>
    rows.feedsOf(sequencesOf(rows, microBatchesOf(batch.step)[batch.microBatch]), batch);
  let begun: { readonly key: string; readonly feeds: Promise<Feeds> } | undefined;
  const begin = (batch: BatchDraw) => {
    const feeds = feedsOf(batch);
    if (!(feeds instanceof Promise)) return feeds;
    // What fails is told by the batch that asks for it, which may never come.
    feeds.catch(() => {});
    return feeds;
  };
  return {
    async take(batch, next) {
      const soon = begun?.key === keyOf(batch) ? begun.feeds : begin(batch);
      begun = undefined;
      if (!(soon instanceof Promise)) return soon;
      const feeds = await soon;
      const following = next && begin(next);
      if (following instanceof Promise) begun = { key: keyOf(next!), feeds: following };
      return feeds;
    },
  };
}

function keyOf({ seed, step, microBatch }: BatchDraw): string {
  return `${seed} ${step} ${microBatch}`;
}
