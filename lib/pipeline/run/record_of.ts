/**
 * What a run says of itself where its model is published.
 *
 * @module
 */
import type { RunRecord } from "../../deploy/hub/run_record.ts";
import type { AnyProbeReport } from "../../evaluate/probe/probe_report.ts";
import { originOf } from "../../table/origin.ts";
import { teachersOfTask } from "../../tasks/distillation/teachers_of_task.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { EncodedSplits } from "./assemble_stage.ts";
import type { Scored } from "./score_stage.ts";

/** The record of a plan's run. */
export function recordOf(
  { data: source, task, method, train }: Pick<PlanSpec, "data" | "task" | "method" | "train">,
  data: EncodedSplits,
  { scores, intervals }: Pick<Scored, "scores" | "intervals">,
  probes?: AnyProbeReport,
): RunRecord {
  const { checkpoints: _, resume: __, ...settings } = train;
  const teachers = teachersOfTask(task);
  return {
    data: typeof source === "string" ? source : originOf(source),
    examples: data.train.lengths.length,
    ...(teachers.length > 0 ? { teachers } : {}),
    method: { name: method.method, settings: method.settings },
    train: settings,
    scores,
    intervals,
    ...(probes ? { probes: probes.tests.map(({ failures: _, ...test }) => test) } : {}),
  };
}
