/**
 * What goes into a training and what comes out of it.
 *
 * @module
 */
import type { Device, State } from "../engine/mod.ts";
import type { EightBitRule } from "../nn/eight_bit_linears.ts";
import type { MethodRecord } from "../nn/method.ts";
import type { ProcessGroup } from "../parallel/process_group.ts";
import type { Fingerprint } from "./checkpoint.ts";
import type { ComputeChoice, ComputeProbe } from "./choose_compute.ts";
import type { Validation } from "./early_stopping.ts";
import type { FrozenResults } from "./frozen_results.ts";
import type { OpenRollouts } from "./rollout_tools.ts";
import type { StepReport } from "./take_step.ts";
import type { TrainSettings } from "./train_options.ts";
import type { TrainerState } from "./trainer_state.ts";

/** What a run did before it was stopped and continued. */
export interface StepsBefore extends Pick<TrainerState, "step" | "losses" | "validations"> {
  /** The learning rate of each step. */
  readonly learningRates: readonly number[];
  /**
   * Processes that train apart and go on with what the first one's optimizer kept, since nothing of their own was
   * kept at this step by as many processes.
   */
  readonly borrowed?: number;
}

/** When a run is looked at. */
export interface Look {
  readonly step: number;
  /** Which of so many times this is, from 1. */
  readonly at: number;
  readonly of: number;
}

/** What a loop needs beside the model. */
export interface TrainContext {
  readonly device: Device;
  readonly settings: TrainSettings;
  /** What the run depends on beside its settings and rows, for the checkpoint: model, method, data. */
  readonly fingerprint: Fingerprint;
  /** Scores the present state on the validation rows. A score that is no number counts as worst. */
  readonly validate?: (
    state: State,
    signal: AbortSignal | undefined,
    /** Steps that are done. */
    step: number,
  ) => Promise<{ score: number; better: "higher" | "lower" }>;
  /**
   * Looks at what the present state gives, at the steps of validations, those of which there are no such rows
   * included; not after the last step.
   */
  readonly look?: (state: State, when: Look) => Promise<void>;
  /** Keeps what the present state holds, where `snapshots` asks for it at the end of a cycle, counted from 1. */
  readonly snapshot?: (state: State, cycle: number) => Promise<void>;
  /** Rows that the frozen layers are done with, where their result is kept for all epochs. */
  readonly onFrozenRows?: (done: number) => void;
  /** Where the results of frozen layers are kept for other runs on the same rows; for this run alone unless given. */
  readonly frozenResults?: FrozenResults;
  /** What a run that was asked to continue has done before; no steps without a checkpoint. */
  readonly onResume?: (before: StepsBefore) => void;
  /** What the run computes in and why, once it is known. */
  readonly onCompute?: (choice: ComputeChoice) => void;
  /** What `compute: "auto"` measures with; the clock and the processor of this machine unless given. */
  readonly probe?: ComputeProbe;
  /** Which linear layers are worth computing in eight bits, where a run does. */
  readonly eightBit?: EightBitRule;
  /**
   * The processes that share the steps, all with the same model, rows and settings; the first one alone writes
   * checkpoints, which all of them read.
   */
  readonly processes?: ProcessGroup | undefined;
  /** What rollouts are made with, for rows that the model samples itself. */
  readonly openRollouts?: OpenRollouts;
  readonly onStep?: (report: StepReport) => void;
  readonly onValidation?: (validation: Validation) => void;
  /**
   * Stops the run after the present step, with a checkpoint where there is a folder. A device that
   * computes in a thread of its own is not waited for: the checkpoint is that of the step before.
   */
  readonly signal?: AbortSignal;
  /** Where a run without `checkpoints` keeps its state when it is stopped or fails. */
  readonly rescueFolder?: string;
  /**
   * Writes the last checkpoint there also where the run ends as it should: what comes after it may
   * fail. That the checkpoint cannot be written is then no error.
   */
  readonly keepLast?: boolean;
}

/** What came of a run. */
export interface TrainResult extends TrainerState {
  /** The trained tensors, on the device. */
  readonly state: State;
  readonly totalSteps: number;
  /** Steps of this process; a continued run has taken others before. */
  readonly stepsHere: number;
  /**
   * Seconds of this process in running the frozen layers once, in measuring what `compute: "auto"` takes, and
   * in the steps.
   */
  readonly seconds: number;
  /** Why it ended before the last step. */
  readonly stopped?: "patience" | "interrupted";
  /** The step whose parameters the state holds. */
  readonly keptStep: number;
  /** The folder with the checkpoint that `keepLast` asked for, where it could be written. */
  readonly savedIn?: string;
  /** Whether rows were packed, and why: "off: …" or "on: …". */
  readonly packing: string;
  /** In which numbers its linear layers were computed, and why. */
  readonly compute: ComputeChoice;
  /** What the method says about the run, such as ranks over time. */
  readonly methodRecord?: MethodRecord;
}
