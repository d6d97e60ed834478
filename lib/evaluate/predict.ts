/**
 * A compiled model that is run over sequences.
 *
 * @module
 */
import type { Device, HeldWeights, State } from "../engine/mod.ts";
import { type EvaluationOptions, evaluationProgram } from "../nn/forward_program.ts";
import {
  evaluated,
  type PredictOptions,
  type ReadBatch,
  type Rows,
  runOver,
} from "../nn/run_over.ts";
import { frozenOf, type TrainableModel } from "../nn/trainable_model.ts";

/** A compiled forward pass. */
export interface Predictor {
  /** What the objective asks of all sequences, or of those chosen, in their order. */
  outputs(rows: Rows, options?: PredictOptions): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** How it is compiled. */
export interface PredictorOptions extends EvaluationOptions {
  /** Frozen weights that are held for other programs of the same base. */
  readonly held?: HeldWeights | undefined;
}

/** Compiles the forward pass; it reads the trained tensors from `state` at every run. */
export async function createPredictor(
  trainable: TrainableModel,
  device: Device,
  state: State | undefined,
  { held, ...how }: PredictorOptions = {},
): Promise<Predictor> {
  const program = await device.compile(evaluationProgram(trainable, how), {
    frozen: frozenOf(trainable),
    ...(state ? { state } : {}),
    ...(held ? { held } : {}),
  });
  const { objective, model: { config } } = trainable;
  const { perRow } = objective;
  const outputs = objective.outputs + (how.below?.states.length ?? 0) * config.hiddenSize;
  const read = withAttention(evaluated({ ...objective, outputs }));
  return {
    outputs: (rows, options) =>
      runOver(
        (feeds, signal) => program.run(feeds, signal),
        rows,
        read,
        {
          ...(perRow ? { batchSize: perRow.batchSize } : {}),
          ...options,
        },
      ),
    dispose: () => program.dispose(),
  };
}

/** Behind the other numbers of each sequence the vectors of its attention, token by token, where they were asked. */
function withAttention(read: ReadBatch): ReadBatch {
  return (results, lengths) => {
    const found = read(results, lengths);
    const { attention } = results;
    if (!attention) return found;
    const [, sequence, width] = attention.shape;
    const data = attention.data as Float32Array;
    return found.map((numbers, at) => {
      const start = at * sequence * width;
      const vectors = data.subarray(start, start + lengths[at] * width);
      const both = new Float32Array(numbers.length + vectors.length);
      both.set(numbers);
      both.set(vectors, numbers.length);
      return both;
    });
  };
}
