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
import type { RunRecord } from "../../deploy/hub/run_record.ts";
import type { Receipt } from "../../deploy/target.ts";
import type { TrainedModel } from "../../deploy/trained_model.ts";
import type { Device } from "../../engine/mod.ts";
import { metricOf } from "../../metrics/mod.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { Assembled } from "./assemble_stage.ts";
import { type DeploymentChain, deploymentChain } from "./deployment_chain.ts";
import { type HeldOutContext, heldOutRows } from "./held_out_rows.ts";
import { profileStage } from "./profile_stage.ts";
import type { ReadData } from "./read_stage.ts";
import { goesOn, withReference } from "./reference_stage.ts";
import { metricNameOf, type Scored, scoresRewards } from "./score_stage.ts";

/** The rows that a deployment is proved on, and what the trained model says to them. */
export interface DeployContext extends Pick<HeldOutContext, "judge" | "outputsOf"> {
  readonly read: Pick<ReadData, "task" | "splits">;
  readonly assembled: Pick<Assembled, "processor" | "data" | "model" | "adapter">;
  /** What was said about them, which the folders' reference profile is made of. */
  readonly scored: Scored;
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
  spec: Pick<PlanSpec, "targets" | "metrics" | "method">,
  trained: TrainedModel,
  { read, assembled, scored, judge, outputsOf, answers }: DeployContext,
  { device, drift, run, signal }: {
    readonly device: Device;
    readonly drift?: ComputeDrift | undefined;
    readonly run: RunRecord;
    readonly signal: AbortSignal;
  },
): Promise<Deployed> {
  const { targets } = spec;
  if (targets.length === 0) return { receipts: [] };
  // Files are proved on rows that the model reads; what it samples is too noisy for that.
  const proof = scoresRewards(judge) ? metricOf("perplexity") : judge;
  const metric = metricNameOf(proof, spec);
  const { milliseconds, ...held } = await heldOutRows({
    task: read.task,
    processor: assembled.processor,
    table: read.splits.test,
    examples: assembled.data.test,
    async withReference(rows) {
      const asking = { device, signal, continues: goesOn(spec) };
      const [known] = await withReference(assembled, [rows], asking);
      return known;
    },
    judge: proof,
    metric,
    outputsOf,
    signal,
  });
  const { rows, expected, score } = held;
  const language = await languageProof(trained, { device, rows, answers, signal });
  const heldOut = { ...held, answers, ...(language ? { language } : {}) };
  const beside = await profileStage(spec, { read, assembled, scored });
  const receipts: Receipt[] = [];
  const { train } = assembled.data;
  const calibrated = train.rollouts
    ? trained
    : { ...trained, calibration: { rows: train, signal } };
  for (const target of targets) {
    if (signal.aborted) throw interruption();
    const written = await deploy(target, calibrated, { device, heldOut, beside, run, signal });
    for (const receipt of written) receipts.push(drift ? { ...receipt, drift } : receipt);
    const other = written[0].reader?.answers?.otherTokens;
    if (other) say(`${target.name}: ${otherTokensInWords(other)}`);
  }
  const chain = deploymentChain(
    { rows: expected.length, milliseconds, ...(score ? { score: score.trained } : {}) },
    receipts,
    metric,
  );
  return { receipts, chain };
}
