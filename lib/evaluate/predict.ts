/**
 * A compiled model that gives logits.
 *
 * @module
 */
import type { Device, State } from "../engine/mod.ts";
import { rowProgram } from "../nn/forward_program.ts";
import { type PredictOptions, type Rows, runOver } from "../nn/run_over.ts";
import { frozenOf, type Trainee } from "../nn/trainee.ts";

/** A compiled forward pass. */
export interface Predictor {
  /** What the task asks of all rows, or of those chosen, [rows · outputs] in the rows' order. */
  logits(rows: Rows, options?: PredictOptions): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Compiles the forward pass; it reads the trained tensors from `state` at every run. */
export async function createPredictor(
  trainee: Trainee,
  device: Device,
  state: State | undefined,
): Promise<Predictor> {
  const step = await device.compile(rowProgram(trainee), {
    frozen: frozenOf(trainee),
    ...(state ? { state } : {}),
  });
  return {
    logits: (rows, options) =>
      runOver((feeds, signal) => step.run(feeds, signal), rows, trainee.objective, options),
    dispose: () => step.dispose(),
  };
}
