/**
 * How far gradients in eight-bit arithmetic point where float32's do, at every adapter, with bfloat16's
 * beside them: `deno run -A bench/gradient_cosine.ts [step …]`. MiniLM, LoRA and the sentiment rows of
 * the default run, at some steps of that run.
 *
 * @module
 */
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import { ops, type Program, type Tensor, tf } from "../lib/engine/mod.ts";
import { eightBitLinears, eightBitText } from "../lib/nn/eight_bit_linears.ts";
import type { AttachedMethod } from "../lib/nn/method.ts";
import { parameters, type TrainableModel } from "../lib/nn/trainable_model.ts";
import { type GradientOptions, gradientProgram, gradients } from "../lib/train/gradient_program.ts";
import { initialParameters, initialState } from "../lib/train/initial_state.ts";
import { gradientSource } from "../lib/train/occurring_words.ts";
import { train } from "../lib/train/train.ts";
import { openData, type OurData } from "./our_data.ts";
import { withBfloat16 } from "./with_bfloat16.ts";

/** What is compared with float32. */
export interface CosineRow {
  readonly step: number;
  readonly name: string;
  /** Over the adapters' matrices that have a gradient. */
  readonly least: number;
  readonly mean: number;
  /** The matrix with the least. */
  readonly where: string;
}

type Gradients = ReadonlyMap<string, Float32Array>;

/** Sequences of the batch whose gradients are compared. */
const batch = 32;
/** From this size on a number counts as an outlier, as in LLM.int8 (arXiv 2208.07339). */
const outlier = 6;
const defaultSteps = [1, 30, 120];

/** The cosines at some steps of a run. */
export async function gradientCosines(
  data: OurData,
  steps: readonly number[],
): Promise<CosineRow[]> {
  const rows: CosineRow[] = [];
  for (const step of steps) {
    const trainable = withoutDropout(await data.trainable());
    const at = await parametersAfter(trainable, data, step);
    const of = (trainable: TrainableModel, options: GradientOptions = {}) =>
      gradientsAt(trainable, data, at, options);
    const exact = await of(trainable);
    const compared = {
      int8: await of(trainable, { compute: "int8" }),
      bfloat16: await of(withBfloat16(trainable)),
    };
    for (const [name, found] of Object.entries(compared)) {
      rows.push({ step, name, ...cosinesOf(trainable.adapter, exact, found) });
    }
  }
  return rows;
}

function withoutDropout(trainable: TrainableModel): TrainableModel {
  const none = { hiddenDropout: 0, attentionDropout: 0, headDropout: 0 };
  const config = { ...trainable.model.config, ...none };
  return { ...trainable, model: { ...trainable.model, config } };
}

async function parametersAfter(
  trainable: TrainableModel,
  { rows, settings }: OurData,
  step: number,
): Promise<Gradients> {
  if (step === 0) return initialParameters(trainable, settings.seed);
  const stop = new AbortController();
  const { state } = await train(trainable, rows, {
    device: onnxRuntime("cpu"),
    settings,
    fingerprint: {},
    signal: stop.signal,
    onStep: (each) => each.step === step && stop.abort(),
  });
  const found = await state.read(parameters);
  state.dispose();
  return found;
}

async function gradientsAt(
  trainable: TrainableModel,
  { rows }: OurData,
  at: Gradients,
  options: GradientOptions,
): Promise<Gradients> {
  const device = onnxRuntime("cpu");
  const state = await initialState(trainable, device, { accumulate: 1, seed: 1 });
  await state.write(parameters, at);
  const frozen = gradientSource(trainable);
  const program = gradientProgram(trainable, options);
  const compiled = await device.compile(program, { frozen, state });
  await compiled.run(await feedsOf(trainable, rows));
  const found = await state.read(gradients);
  await compiled.dispose();
  state.dispose();
  return found;
}

async function feedsOf({ objective }: TrainableModel, rows: OurData["rows"]) {
  const numbers = Array.from({ length: batch }, (_, row) => row);
  return {
    ...await rows.feedsOf(numbers),
    ...objective.targetsOf(numbers, objective.weightOf(numbers)),
    noise: { shape: [ops.noiseSize], data: new Float32Array(ops.noiseSize) },
  };
}

function cosinesOf(
  { parameters }: AttachedMethod,
  exact: Gradients,
  found: Gradients,
): Omit<CosineRow, "step" | "name"> {
  const all = parameters.map(({ name }) => ({
    where: name,
    cosine: cosine(exact.get(name)!, found.get(name)!),
  })).filter(({ cosine }) => !Number.isNaN(cosine));
  const { where, cosine: least } = all.reduce((a, b) => b.cosine < a.cosine ? b : a);
  return { least, where, mean: all.reduce((sum, { cosine }) => sum + cosine, 0) / all.length };
}

/** NaN where one of them is zero, as A's gradient is before the first step. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    ofA += a[i] ** 2;
    ofB += b[i] ** 2;
  }
  return dot / Math.sqrt(ofA * ofB);
}

/** The columns of each linear layer's input that hold a number above `outlier`, with the largest. */
export async function outliers(
  data: OurData,
): Promise<{ path: string; columns: number; of: number; largest: number; rest: number }[]> {
  const trainable = withoutDropout(await data.trainable());
  const seen = new Map<string, Tensor>();
  const { adapter } = trainable;
  const watching: AttachedMethod = {
    ...adapter,
    linearInput(path, x, context) {
      const given = adapter.linearInput?.(path, x, context) ?? x;
      if (!seen.has(path)) seen.set(path, tf.max(tf.abs(given), 0));
      return given;
    },
  };
  const program = gradientProgram({ ...trainable, adapter: watching });
  const inputs: Record<string, Program["inputs"][string]> = { ...program.inputs };
  const watched: Program = {
    ...program,
    inputs,
    compute(given) {
      seen.clear();
      const { loss } = program.compute(given);
      return { loss, ...Object.fromEntries(seen) };
    },
  };
  const device = onnxRuntime("cpu");
  const state = await initialState(trainable, device, { accumulate: 1, seed: 1 });
  const compiled = await device.compile(watched, { frozen: gradientSource(trainable), state });
  const { loss: _, ...found } = await compiled.run(await feedsOf(trainable, data.rows));
  await compiled.dispose();
  state.dispose();
  return Object.entries(found).map(([path, { data }]) => {
    const sizes = Float32Array.from(data).sort().reverse();
    const columns = sizes.filter((size) => size > outlier).length;
    return { path, columns, of: sizes.length, largest: sizes[0], rest: sizes[columns] };
  });
}

if (import.meta.main) {
  const steps = Deno.args.length > 0 ? Deno.args.map(Number) : defaultSteps;
  const data = await openData({ data: "sentiment", maxTokens: 128 });
  const trainable = await data.trainable();
  console.log(eightBitText(eightBitLinears(trainable)));
  for (const { path, columns, of, largest, rest } of await outliers(data)) {
    if (columns === 0) continue;
    console.log(
      `${path}: ${columns} of ${of} columns above ${outlier}, up to ${largest.toFixed(1)}; ` +
        `the others up to ${rest.toFixed(1)}`,
    );
  }
  for (const { step, name, least, mean, where } of await gradientCosines(data, steps)) {
    console.log(
      `after step ${step}, ${name}: least ${least.toFixed(4)} (${where}), mean ${mean.toFixed(4)}`,
    );
  }
}
