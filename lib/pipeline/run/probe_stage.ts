/**
 * Tests the behaviour of the trained model, and what follows where it fails.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { say } from "../../core/say.ts";
import { failedLines, failedTests, probe, type ProbedModel } from "../../evaluate/probe/probe.ts";
import type { AnyProbeReport } from "../../evaluate/probe/probe_report.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Outputs } from "../../nn/task.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { type ProbedRows, probeTests } from "../probe/probe_tests.ts";
import { type AskedRows, predictInputs } from "./predict_inputs.ts";
import type { AnyLabelledTask } from "./read_stage.ts";
import type { RunResult } from "./run_result.ts";

/** Asks the trained model; undefined where the plan has no probes. */
export async function probeStage(
  { probes }: Pick<PlanSpec, "probes">,
  { task, processor, outputsOf, quiet }: {
    readonly task: AnyLabelledTask;
    readonly processor: Processor;
    readonly outputsOf: (examples: AskedRows) => Promise<Outputs>;
    readonly quiet?: boolean | undefined;
  },
  rows: ProbedRows & { readonly signal: AbortSignal },
): Promise<AnyProbeReport | undefined> {
  if (!probes) return undefined;
  const tests = await probeTests(probes, rows);
  const { seed, signal } = rows;
  const predict = (inputs: readonly unknown[]) =>
    predictInputs(task, inputs, processor, outputsOf, { signal, quiet: true });
  const report = await probe({ predict } as ProbedModel<never>, tests, { seed });
  if (!quiet) say(String(report));
  return report;
}

/** The plan without what brings files elsewhere, where the model has failed: nobody should find them there. */
export function unpublished<Spec extends Pick<PlanSpec, "targets">>(
  spec: Spec,
  report: Pick<AnyProbeReport, "passed"> | undefined,
): Spec {
  if (report?.passed ?? true) return spec;
  return { ...spec, targets: spec.targets.map(({ publish: _, ...target }) => target) };
}

/**
 * Ends a run whose model failed, after everything is written.
 *
 * @throws {TunebookError} of kind `behaviour` that says what was kept; its cause is the result.
 */
export function refuseFailures(
  result: Pick<RunResult<unknown>, "probes" | "outputs">,
  { targets, train: { checkpoints } }: Pick<PlanSpec, "targets" | "train">,
): void {
  const { probes, outputs } = result;
  if (!probes || probes.passed) return;
  const folders = [...outputs, ...checkpoints === undefined ? [] : [checkpoints]];
  const withheld = targets.filter(({ publish }) => publish).map(({ place, folder }) =>
    place ?? folder
  );
  throw new TunebookError(
    "behaviour",
    [
      failedTests,
      ...failedLines(probes).map((line) => `  - ${line}`),
      folders.length > 0
        ? `Nothing of the training is lost: ${folders.join(", ")} have been written all the same.`
        : "The plan names no folder, so that nothing was written.",
      ...withheld.length > 0 ? [`Not published: ${withheld.join(", ")}.`] : [],
      "The cause of this error is the result, with the trained model, its scores and its failures.",
    ].join("\n"),
    { cause: result },
  );
}
