/**
 * What a run depends on, so that a checkpoint is never continued by another run.
 *
 * @module
 */
import type { Trainee } from "../nn/trainee.ts";
import type { TrainSettings } from "../train/train_options.ts";
import type { PlanParts } from "./plan_parts.ts";
import type { PreparedData } from "./prepare_data.ts";

/** Model, method, settings, and a hash of the encoded training rows and the trained tensors. */
export async function fingerprintOf(
  parts: PlanParts,
  settings: TrainSettings,
  { train, labels }: PreparedData,
  { model, adapter }: Trainee,
): Promise<Readonly<Record<string, unknown>>> {
  const { checkpoints: _, checkpointEvery: __, resume: ___, ...relevant } = settings;
  const { test: ____, validation: _____, ...columns } = parts.columns;
  const ids = train.encoded.examples.flatMap((example) => [...example.ids, -1]);
  const bytes = new Uint8Array(Float32Array.from([...ids, ...train.targets]).buffer);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return {
    model: parts.model,
    modelConfig: model.json,
    method: parts.method.method,
    methodSettings: parts.method.settings,
    parameters: adapter.parameters.map(({ name, shape }) => `${name} ${shape}`),
    columns,
    labels,
    data: digest.toHex(),
    ...relevant,
  };
}
