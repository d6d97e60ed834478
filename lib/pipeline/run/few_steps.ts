/**
 * Trainings that are too short to learn something, told before they begin and after.
 *
 * @module
 */
import type { TrainSettings } from "../../train/train_options.ts";

/**
 * Fewer optimizer steps than these leave most methods near their start: with the default warm-up and
 * schedule the learning rate has hardly been at its height. Below 50 the default run on 60 rows (9
 * steps) scores less than its baseline.
 */
const fewSteps = 50;

/** What the note is made from. */
export interface StepFacts {
  readonly settings: Pick<TrainSettings, "batchSize" | "accumulate" | "epochs">;
  /** Steps of the whole training. */
  readonly totalSteps: number;
  /** `startsAnew` of the method. */
  readonly startsAnew: boolean;
}

/** Whether a method starts from what it draws; others go on from a trained adapter. */
export function startsAnew(method: string): boolean {
  return !["peft", "average"].includes(method);
}

/** A sentence without a full stop, with what to do; undefined where the steps are enough. */
export function fewStepsNote({ settings, totalSteps, startsAnew }: StepFacts): string | undefined {
  if (!startsAnew || totalSteps === 0 || totalSteps >= fewSteps) return undefined;
  const { batchSize, accumulate, epochs } = settings;
  const rows = batchSize * accumulate;
  const smaller = rows > 1 ? ` or a smaller batch than ${rows} rows` : "";
  const enough = Math.ceil(fewSteps * epochs / totalSteps);
  return `${totalSteps} step${totalSteps === 1 ? " is" : "s are"} few: take more epochs than ` +
    `${epochs}${smaller} (with ${enough} epochs they are ${fewSteps} or more)`;
}
