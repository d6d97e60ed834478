/**
 * What a run depends on. A checkpoint remembers it, so that no other run continues from it.
 *
 * @module
 */
import type { TrainingRows } from "./training_rows.ts";
import type { Fingerprint } from "./checkpoint.ts";
import type { StepPlan } from "./step_plan.ts";
import type { TrainSettings } from "./train_options.ts";

/**
 * Where a run writes, which samples it shows and whether it resumes have no influence on its numbers; nor has it whether
 * layers are computed twice, so a run that lacked memory may continue with less of it.
 */
const withoutInfluence: readonly string[] = [
  "checkpoints",
  "checkpointEvery",
  "keepCheckpoints",
  "snapshots",
  "resume",
  "gradientCheckpointing",
  "samples",
];

/**
 * Settings that earlier versions did not have. With these values they do nothing and are left out, so
 * that a checkpoint of an earlier version can be continued.
 */
const newWithoutEffect: Readonly<Record<string, unknown>> = {
  compute: "float32",
  focalGamma: 0,
  optimizer: "adamw",
  momentum: 0,
  nesterov: false,
};

/** What a fingerprint says of something; settings that it leaves out have the value that does nothing. */
export function fingerprintValue(fingerprint: Fingerprint, name: string): unknown {
  return Object.hasOwn(fingerprint, name) ? fingerprint[name] : newWithoutEffect[name];
}

/** The settings and rows of a run, and what the caller knows of the model, the method and the data. */
export function trainingFingerprint(
  known: Fingerprint,
  settings: TrainSettings,
  rows: TrainingRows,
  plan: StepPlan,
): Fingerprint {
  return {
    ...influential(settings),
    rows: rows.lengths.length,
    tokens: Array.from(rows.lengths).reduce((sum, length) => sum + length, 0),
    steps: plan.totalSteps,
    ...known,
  };
}

/** The settings that a run's numbers depend on. */
export function influential(settings: TrainSettings): Partial<TrainSettings> {
  return Object.fromEntries(
    Object.entries(settings).filter(([name, value]) =>
      !withoutInfluence.includes(name) &&
      !(Object.hasOwn(newWithoutEffect, name) && newWithoutEffect[name] === value)
    ),
  );
}
