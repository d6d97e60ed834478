/**
 * The contract of a learning-rate schedule. One file in this folder is one schedule.
 *
 * @module
 */

/** Where a run stands behind its warm-up. */
export interface AfterWarmup {
  /** Steps taken since the end of the warm-up, from 0. */
  readonly done: number;
  /** Steps between the end of the warm-up and the end of the run, at least 1. */
  readonly steps: number;
  /** Steps of the whole run, warm-up included. */
  readonly totalSteps: number;
}

/** What a schedule may be told; each belongs to the schedules that list it. */
export interface ScheduleOptions {
  /** How often a cosine falls from the full learning rate; whole, from 1; 2 unless given. */
  readonly cycles?: number | undefined;
  /** The power of a polynomial, above 0; 1 unless given, which is the linear schedule. */
  readonly power?: number | undefined;
  /** The share of all steps at the end in which the learning rate falls, in (0, 1]; 0.1 unless given. */
  readonly decayShare?: number | undefined;
  /** The learning-rate scale that every fall ends at, in [0, 1); 0 unless given. */
  readonly finalScale?: number | undefined;
}

/** One way in which a learning rate changes after its warm-up. */
export interface Schedule {
  /** Which of the options it reads. */
  readonly options: readonly (keyof ScheduleOptions)[];
  /** The learning-rate scale in [0, 1], before `finalScale` lifts it. */
  scaleAt(at: AfterWarmup, options: ScheduleOptions): number;
}
