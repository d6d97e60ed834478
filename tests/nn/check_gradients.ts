/**
 * Compares gradients with finite differences: each tensor's along one direction in which all of its
 * elements move.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import { type Device, type HostTensor, openDevice } from "../../lib/engine/mod.ts";
import type { TrainableModel } from "../../lib/nn/trainable_model.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { occurringWords } from "../../lib/train/occurring_words.ts";
import { type GradientRun, gradientRun } from "./run_trainable_model.ts";
import { toyRows } from "./toy.ts";

/** How to check. */
export interface CheckOptions {
  readonly device?: string | Device;
  /** Tensors to check; all unless given. */
  readonly only?: (path: string) => boolean;
  readonly rows?: number;
  /** Holds only the rows of the word table that occur in the batch. */
  readonly onlyWords?: boolean;
  /** Seed of the method's start; another one moves the kinks of a ReLU elsewhere. */
  readonly seed?: number;
}

/**
 * Steps of the fourth-order stencil, tried from the longest. It is off by about h⁴·f⁽⁵⁾/30, which
 * calls for a short step where the loss is strongly bent or has a kink, and by 1.5 · 6e-8 / h of
 * rounding, the loss being a float32 near 1, which calls for a long one. A wrong gradient fits none.
 */
const steps = [0.02, 0.005, 0.00125];
const tolerance = { absolute: 1e-4, relative: 2e-3 };

/**
 * Checks every trained tensor's gradient at the initial parameters, with those that start at zero
 * moved away, since zeros hide mistakes. Returns the paths that were checked.
 */
export async function checkGradients(
  trainable: TrainableModel,
  { device = "cpu", only = () => true, rows = 5, onlyWords = false, seed = 1 }: CheckOptions = {},
): Promise<string[]> {
  const opened = typeof device === "string" ? await openDevice(device) : device;
  const types = trainable.model.family.usesTypes;
  const toy = toyRows(rows, { types });
  const batch: Record<string, HostTensor> = toy
    .feedsOf(Array.from({ length: rows }, (_, row) => row));
  const words = onlyWords ? await occurringWords(trainable, toy) : undefined;
  if (onlyWords) assert.ok(words, "the whole table is held");
  const run = await gradientRun(trainable, opened, batch, { words });
  return await checkRun(run, initialParameters(trainable, seed, words), { only });
}

/** The same of a step that has been compiled for a batch; disposes of it. */
export async function checkRun(
  run: Omit<GradientRun, "forwardLossAt">,
  initial: ReadonlyMap<string, Float32Array>,
  { only = () => true }: Pick<CheckOptions, "only"> = {},
): Promise<string[]> {
  try {
    const values = new Map(initial);
    const random = Random.fromSeed(1, "start");
    for (const [path, numbers] of values) {
      if (numbers.every((each) => each === 0)) {
        values.set(path, numbers.map(() => 0.3 * random.normal()));
      }
    }
    const found = await run.gradientsAt(values);
    const paths = [...found.keys()].filter(only);
    for (const path of paths) await checkTensor(run, values, path, found.get(path)!);
    return paths;
  } finally {
    await run.dispose();
  }
}

/**
 * A direction of length 1: half of it goes along the gradient, which weighs large elements, the other
 * half goes equally far up or down at random, which sees elements whose gradient is missing.
 */
function directionOf(path: string, gradient: Float32Array): Float32Array {
  const random = Random.fromSeed(1, path);
  const length = lengthOf(gradient) || 1;
  const each = 1 / Math.sqrt(gradient.length);
  const mixed = gradient.map((slope) => slope / length + (random.uniform() < 0.5 ? -each : each));
  const whole = lengthOf(mixed);
  // Of a single element the two halves may cancel each other.
  return whole === 0 ? gradient.map((slope) => slope / length) : mixed.map((part) => part / whole);
}

/** The Euclidean one. A table has more numbers than a call takes arguments. */
function lengthOf(numbers: Float32Array): number {
  return Math.sqrt(numbers.reduce((sum, each) => sum + each * each, 0));
}

async function checkTensor(
  run: Pick<GradientRun, "lossAt">,
  values: ReadonlyMap<string, Float32Array>,
  path: string,
  gradient: Float32Array,
): Promise<void> {
  const direction = directionOf(path, gradient);
  const slope = gradient.reduce((sum, each, at) => sum + each * direction[at], 0);
  const start = values.get(path)!;
  const lossAt = (distance: number) =>
    run.lossAt(
      new Map([...values, [path, start.map((each, at) => each + distance * direction[at])]]),
    );
  const wanted = tolerance.absolute + tolerance.relative * Math.abs(slope);
  const found: number[] = [];
  for (const step of steps) {
    const near = await lossAt(step) - await lossAt(-step);
    const far = await lossAt(2 * step) - await lossAt(-2 * step);
    found.push((8 * near - far) / (12 * step));
    if (Math.abs(found.at(-1)! - slope) <= wanted) return;
  }
  assert.fail(`${path}: the gradient says ${slope}, differences give ${found.join(", ")}`);
}
