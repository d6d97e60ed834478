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
import { deploy } from "../../deploy/deploy.ts";
import type { Receipt } from "../../deploy/target.ts";
import type { TrainedModel } from "../../deploy/trained_model.ts";
import type { Device } from "../../engine/mod.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { type DeploymentChain, deploymentChain } from "./deployment_chain.ts";
import { type HeldOutContext, heldOutRows } from "./held_out_rows.ts";

/** The rows that a deployment is proved on, and what the trained model says to them. */
export interface ProofRows extends Omit<HeldOutContext, "signal"> {
  /** The same rows as texts. */
  readonly answers: AnswerProof;
}

/** What was written. */
export interface Deployed {
  readonly receipts: readonly Receipt[];
  /** Absent where nothing was. */
  readonly chain?: DeploymentChain;
}

/** Deploys to all targets. */
export async function deployStage(
  targets: PlanSpec["targets"],
  trained: TrainedModel,
  { answers, ...given }: ProofRows,
  { device, drift, signal }: {
    readonly device: Device;
    readonly drift?: ComputeDrift | undefined;
    readonly signal: AbortSignal;
  },
): Promise<Deployed> {
  if (targets.length === 0) return { receipts: [] };
  const { milliseconds, ...held } = await heldOutRows({ ...given, signal });
  const { rows, expected, score } = held;
  const language = await languageProof(trained, { device, rows, answers, signal });
  const heldOut = { ...held, answers, ...(language ? { language } : {}) };
  const receipts: Receipt[] = [];
  for (const target of targets) {
    if (signal.aborted) throw interruption();
    const written = await deploy(target, trained, { device, heldOut, signal });
    for (const receipt of written) receipts.push(drift ? { ...receipt, drift } : receipt);
    const other = written[0].reader?.answers?.otherTokens;
    if (other) say(`${target.name}: ${otherTokensInWords(other)}`);
  }
  const chain = deploymentChain(
    { rows: expected.length, milliseconds, ...(score ? { score: score.trained } : {}) },
    receipts,
    given.metric,
  );
  return { receipts, chain };
}
