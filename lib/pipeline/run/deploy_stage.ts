/**
 * Writes each target's folder in turn and proves it.
 *
 * @module
 */
import { interruption } from "../../core/interruption.ts";
import { say } from "../../core/say.ts";
import type { AnswerProof } from "../../deploy/ask_reader.ts";
import type { ComputeDrift } from "../../deploy/compute_drift.ts";
import { languageProof } from "../../deploy/language_proof.ts";
import { otherTokensInWords } from "../../deploy/other_tokens.ts";
import type { RunRecord } from "../../deploy/hub/model_card.ts";
import { deploy, type Receipt } from "../../deploy/target.ts";
import type { TrainedModel } from "../../deploy/trained_model.ts";
import type { Device } from "../../engine/mod.ts";
import type { Outputs } from "../../nn/task.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { AnyExamples } from "./assemble_stage.ts";

/** The rows that a deployment is proved on, and what the trained model gave for them. */
export interface ProofRows {
  readonly examples: AnyExamples;
  readonly outputs: Outputs;
  /** The same rows as texts. */
  readonly answers: AnswerProof;
}

/** Deploys to all targets. */
export async function deployStage(
  targets: PlanSpec["targets"],
  trained: TrainedModel,
  { examples, outputs, answers }: ProofRows,
  { device, drift, run, signal }: {
    readonly device: Device;
    readonly drift?: ComputeDrift | undefined;
    readonly run: RunRecord;
    readonly signal: AbortSignal;
  },
): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  const language = targets.length === 0
    ? undefined
    : await languageProof(trained, { device, rows: examples, answers, signal });
  for (const target of targets) {
    if (signal.aborted) throw interruption();
    const receipt = await deploy(target, trained, {
      device,
      rows: examples,
      expected: outputs,
      answers,
      ...(language ? { language } : {}),
      run,
      signal,
    });
    const other = receipt.reader?.answers?.otherTokens;
    if (other) say(`${target.name}: ${otherTokensInWords(other)}`);
    receipts.push(drift ? { ...receipt, drift } : receipt);
  }
  return receipts;
}
