/**
 * What is drawn over a training to see how it goes.
 *
 * @module
 */
import type { DrawingRequest } from "./drawing.ts";

/** Enough to see what a model draws, and cheap. */
const sampleSteps = 25;

/**
 * So many requests of 25 steps with the seeds 1, 2, 3 …: labels or captions that are spread evenly, in turns where
 * they are few.
 */
export function sampleRequests(
  count: number,
  labels: readonly string[],
  told: "label" | "caption" = "label",
): DrawingRequest[] {
  const known = labels.length;
  return Array.from({ length: count }, (_, at) => ({
    ...(known === 0
      ? {}
      : { [told]: labels[known < count ? at % known : Math.floor(at * known / count)] }),
    seed: at + 1,
    steps: sampleSteps,
  }));
}
