/**
 * What a run depends on, so that a checkpoint is never continued by another run.
 *
 * @module
 */
import type { Trainee } from "../nn/trainee.ts";
import type { TrainSettings } from "../train/train_options.ts";
import type { PlanParts } from "./plan_parts.ts";
import type { PreparedData } from "./prepare_data.ts";

/** Model, method, labels, and a hash of the encoded training rows and their targets. */
export async function fingerprintOf(
  parts: PlanParts,
  { train, labels }: PreparedData,
  { model, adapter }: Trainee,
): Promise<Readonly<Record<string, unknown>>> {
  const { test: _, validation: __, ...columns } = parts.columns;
  const ids = train.encoded.examples.flatMap((example) => [...example.ids, -1]);
  return {
    model: parts.model,
    modelConfig: model.json,
    method: parts.method.method,
    methodSettings: parts.method.settings,
    parameters: adapter.parameters.map(({ name, shape }) => `${name} ${shape}`),
    columns,
    labels,
    data: await hashOf(new Uint8Array(Float32Array.from([...ids, ...train.targets]).buffer)),
  };
}

/** A short name for a run, the same for the same fingerprint and settings. */
export async function nameOf(fingerprint: object, settings: TrainSettings): Promise<string> {
  const { checkpoints: _, checkpointEvery: __, resume: ___, ...relevant } = settings;
  const text = JSON.stringify([fingerprint, relevant]);
  return (await hashOf(new TextEncoder().encode(text))).slice(0, nameLength);
}

const nameLength = 12;

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
