/**
 * What a run depends on, so that a checkpoint is never continued by another run.
 *
 * @module
 */
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { influential } from "../../train/fingerprint.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { AnyMetric, PlanSpec } from "../plan_spec.ts";
import type { EncodedSplits } from "./assemble_stage.ts";
import { weightsIdentity } from "./weights_identity.ts";

/** What a run depends on beside its plan and its data. */
export interface RunSources {
  /** The checkpoint: a file or the index of its shards. */
  readonly weights: string;
  /** The metric that chooses the best checkpoint. */
  readonly judge: Pick<AnyMetric, "name" | "title">;
  /** What is remembered of each reward, where a model learns from some. */
  readonly rewards?: Readonly<Record<string, string>> | undefined;
}

/**
 * Model and its weights, method and what it continues from, labels, rewards, and hashes of the encoded rows
 * with their targets. Validation rows and the judge count where they can change what a run keeps.
 */
export async function runFingerprint(
  spec: PlanSpec,
  { train, validation }: EncodedSplits,
  { model, adapter }: TrainableModel,
  { weights, judge, rewards }: RunSources,
): Promise<Readonly<Record<string, unknown>>> {
  const { initialWeights } = adapter;
  const quantize = spec.quantize ?? spec.method.quantize;
  const { task, split } = spec;
  return {
    model: spec.model,
    ...(quantize ? { quantize } : {}),
    // How many are kept stands in the config.
    ...(typeof spec.layers === "object" ? { layers: spec.layers } : {}),
    modelConfig: model.json,
    weights: await weightsIdentity(weights),
    method: spec.method.method,
    methodSettings: spec.method.settings,
    parameters: adapter.parameters.map(({ name, shape }) => `${name} ${shape}`),
    task: { name: task.name, ...task.settings },
    ...(split.seed === undefined ? {} : { splitSeed: split.seed }),
    ...(rewards ? { rewards } : {}),
    head: model.headRequest,
    data: await hashOf(train.fingerprint as Uint8Array<ArrayBuffer>),
    ...(initialWeights ? { adapterWeights: await hashOfTensors(initialWeights) } : {}),
    ...(validation
      ? {
        validation: await hashOf(validation.fingerprint as Uint8Array<ArrayBuffer>),
        judge: judge.name,
        ...(spec.evaluateCompute === "int8" ? { evaluateCompute: spec.evaluateCompute } : {}),
      }
      : {}),
  };
}

async function hashOfTensors(tensors: ReadonlyMap<string, Float32Array>): Promise<string> {
  const parts = [...tensors].sort(([a], [b]) => a < b ? -1 : 1).flatMap(([name, data]) => [
    new TextEncoder().encode(`${name}\n`),
    new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  ]);
  return await hashOf(new Uint8Array(await new Blob(parts).arrayBuffer()));
}

/** A short name for a run, the same for the same fingerprint and the same influential settings. */
export async function nameOf(fingerprint: object, settings: TrainSettings): Promise<string> {
  const text = JSON.stringify([fingerprint, influential(settings)]);
  return (await hashOf(new TextEncoder().encode(text))).slice(0, nameLength);
}

const nameLength = 12;

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
