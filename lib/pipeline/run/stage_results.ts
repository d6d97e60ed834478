/**
 * What the stages of a run left, of which its result is made.
 *
 * @module
 */
import type { ComputeDrift } from "../../deploy/compute_drift.ts";
import type { Device } from "../../engine/mod.ts";
import type { AnyProbeReport } from "../../evaluate/probe/probe_report.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import type { TextModel } from "../../generate/text_model.ts";
import type { Outputs } from "../../nn/task.ts";
import type { Splits } from "../../table/splits.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { AnyMetric, PlanSpec } from "../plan_spec.ts";
import type { RunSamples } from "../write/run_samples.ts";
import type { Assembled } from "./assemble_stage.ts";
import type { Deployed } from "./deploy_stage.ts";
import type { AskedRows } from "./predict_inputs.ts";
import type { AnyLabelledTask } from "./read_stage.ts";
import type { ScoredBefore } from "./rollout_stage.ts";
import type { Scored } from "./score_stage.ts";
import type { Scoring } from "./scoring.ts";
import type { TrainedRun } from "./train_stage.ts";

/** What the stages of a run left. */
export interface StageResults extends Deployed {
  readonly spec: PlanSpec;
  readonly settings: TrainSettings;
  /** What the model's files say of writing. */
  readonly defaults: GenerateOptions;
  readonly device: Device;
  readonly task: AnyLabelledTask;
  /** The metric of the validations. */
  readonly judge: AnyMetric;
  /** The rows of all splits. */
  readonly splits: Splits;
  readonly assembled: Assembled;
  readonly trained: TrainedRun;
  readonly scored: Scored;
  /** The same of the model before a training by rewards. */
  readonly before?: ScoredBefore | undefined;
  /** The scores of the model before its training, where they were asked for. */
  readonly scoresBefore?: Scored["scores"] | undefined;
  /** In which numbers it was scored. */
  readonly scoring: Pick<Scoring, "reason">;
  readonly samples?: RunSamples | undefined;
  readonly drift?: ComputeDrift | undefined;
  readonly probes?: AnyProbeReport | undefined;
  outputsOf(examples: AskedRows, signal: AbortSignal): Promise<Outputs>;
  /** What writes; throws an error of kind "unsupported" for a task that writes no texts. */
  textModel(): TextModel;
  dispose(): Promise<void>;
  readonly signal?: AbortSignal | undefined;
  /** Shows no progress of what is asked later. */
  readonly quiet?: boolean | undefined;
}
