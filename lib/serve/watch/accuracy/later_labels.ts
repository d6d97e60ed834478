/**
 * Labels that come after the answers.
 *
 * @module
 */
import { estimateAccuracy } from "./estimated_accuracy.ts";
import { wilsonInterval } from "../../../core/wilson_interval.ts";
import type { PlattScaling } from "./platt_scaling.ts";
import type { WatchedAccuracy } from "../watch_report.ts";

/** An answer that waits for its label. */
export interface AwaitedAnswer {
  readonly label: string;
  readonly confidence?: number | undefined;
}

/** Answers by request, and the labels of some of them. */
export interface LaterLabels {
  await(id: string, row: number, answer: AwaitedAnswer): void;
  /** False where nobody knows the request any more. */
  tell(id: string, row: number, label: string): boolean;
  /** What was measured, and what had been estimated for these rows. */
  found(calibration: PlattScaling | undefined): Pick<WatchedAccuracy, "measured" | "checked">;
}

/** Answers that are kept, the latest ones. */
const mostAwaited = 10_000;

/** Begins with none. */
export function laterLabels(): LaterLabels {
  const answers = new Map<string, AwaitedAnswer & { truth?: string }>();
  const keyOf = (id: string, row: number) => `${row} ${id}`;
  return {
    await(id, row, answer) {
      const key = keyOf(id, row);
      answers.delete(key);
      answers.set(key, answer);
      if (answers.size > mostAwaited) answers.delete(answers.keys().next().value!);
    },
    tell(id, row, label) {
      const answer = answers.get(keyOf(id, row));
      if (!answer) return false;
      answer.truth = label;
      return true;
    },
    found(calibration) {
      const labelled = [...answers.values()].filter(({ truth }) => truth !== undefined);
      if (labelled.length === 0) return {};
      const right = labelled.filter(({ label, truth }) => label === truth).length;
      const measured = wilsonInterval(right, labelled.length);
      const confidences = labelled.flatMap(({ confidence }) => confidence ?? []);
      if (!calibration || confidences.length < labelled.length) return { measured };
      const estimated = estimateAccuracy(confidences, calibration);
      const holds = estimated.low <= measured.mean && measured.mean <= estimated.high;
      return { measured, checked: { ...estimated, holds } };
    },
  };
}
