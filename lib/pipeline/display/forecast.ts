/**
 * How long a run takes and how much memory it needs, from a rule, before it runs.
 *
 * @module
 */
import { type QuantizationFormat, sizeOf } from "../../engine/mod.ts";
import type { ModelConfig } from "../../nn/family.ts";
import type { Weight } from "../../nn/layer.ts";
import { type BatchLayout, paddedLayout } from "../../text/batch_layout.ts";
import { type PlanSettings, planSteps } from "../../train/step_plan.ts";
import type { TrainSettings } from "../../train/train_options.ts";

/** What a forecast follows from. */
export interface ForecastInput {
  readonly config: Pick<ModelConfig, "hiddenSize" | "numLayers">;
  /** All weights of the model. */
  readonly weights: readonly Weight[];
  /** Numbers that are trained. */
  readonly trained: number;
  /** Those of them that are the model's own weights. */
  readonly ownTrained: number;
  readonly frozenLayers: number;
  readonly cacheFrozen: boolean;
  /** Tokens of each training row, with those that the method adds. */
  readonly lengths: ArrayLike<number>;
  /** How many steps learn from the same rows, one after the other; 1 unless given. */
  readonly updates?: number | undefined;
  /** How a batch is packed; absent where batches are padded. */
  readonly layoutOf?: ((rows: ArrayLike<number>) => BatchLayout) | undefined;
  /** How the weights of linears are held in fewer bits, by path. */
  readonly quantized?: ReadonlyMap<string, { readonly format: QuantizationFormat }> | undefined;
  readonly settings: PlanSettings & Pick<TrainSettings, "gradientCheckpointing">;
  /** Floating point operations a second of this machine's matrix products. */
  readonly productRate: number;
  /** The same of products in eight bits; given where the run computes so. */
  readonly eightBitRate?: number | undefined;
}

/** A forecast. */
export interface Forecast {
  readonly steps: number;
  readonly secondsPerStep: number;
  readonly seconds: number;
  readonly bytes: number;
}

/**
 * The part of the rate of large products that whole steps reach: .60 and .70 of it in the measured
 * steps of LoRA on 6 × 384 and 12 × 768.
 */
const stepShare = 0.65;
/** Deno, ONNX Runtime, tokenizer and rows. */
const baseBytes = 230e6;
/** Floats that a layer keeps for each token, in widths; fits the measured peaks to a sixth. */
const keptWidths = 13;
/** Bytes of a number of a linear's weight: float32 is packed for both directions. */
const floatBytes = 8;
/** The same in a step in eight bits, which has codes for both directions. */
const eightBitBytes = 2;
/** The same where it is held in fewer bits, as measured at 12 × 768; the runtime keeps some copies. */
const quantizedBytes: Readonly<Record<QuantizationFormat, number>> = {
  nf4: 1,
  fp4: 1,
  int4: 1.8,
  int8: 3.1,
};

/**
 * Time: the multiplications of a step's products (twice the weights for each token forwards, as
 * many backwards above the frozen layers, and once more for trained weights; frozen layers once for
 * each row where their result is kept), divided by the share
 * that steps reach of the measured rate of products. Memory: a base, the weights (those of layers
 * twice, because the runtime packs them for both directions, or what a quantised one takes), what
 * layers keep of the largest batch, and four numbers for each trained one. With gradient
 * checkpointing layers run forwards once more, and keep their inputs and what one of them needs.
 * In eight bits products have a rate of their own, but those that give gradients of weights, and the rest of
 * a step takes as long as in float32.
 * Left out: attention, which counts for long rows; that tables are trained only for the words that
 * occur; and the time to read quantised weights.
 */
export function forecast(input: ForecastInput): Forecast {
  const { config, weights, trained, ownTrained, lengths, settings, quantized } = input;
  const { productRate, eightBitRate = productRate, updates = 1 } = input;
  const { gradientCheckpointing } = settings;
  const { numLayers, hiddenSize } = config;
  const matrices = weights.filter(({ layer, path }) =>
    layer.kind === "linear" && path.endsWith(".weight")
  );
  const inLayers = matrices.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const ownShare = inLayers > 0 ? Math.min(1, ownTrained / inLayers) : 0;
  // Trained weights are in float32 beside their codes.
  const plain = input.eightBitRate === undefined
    ? floatBytes
    : eightBitBytes + ownShare * (floatBytes - eightBitBytes);
  const linearBytes = matrices.reduce((sum, { path, shape }) => {
    const held = quantized?.get(path);
    return sum + sizeOf(shape) * (held ? quantizedBytes[held.format] : plain);
  }, 0);
  const tables = weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0) - inLayers;
  const { totalSteps, microBatchesOf } = planSteps(lengths, settings);
  const frozen = numLayers > 0 ? input.frozenLayers / numLayers : 0;
  const isCached = input.cacheFrozen && settings.epochs > 1;
  const perEpoch = Math.min(totalSteps, Math.ceil(totalSteps / Math.max(1, settings.epochs)));
  let [tokens, largest] = [0, 0];
  for (let step = 0; step < perEpoch; step++) {
    for (const part of microBatchesOf(step)) {
      const layout = input.layoutOf?.(part) ??
        paddedLayout(Array.from(part, (row) => lengths[row]));
      const batch = layout.rows * layout.length;
      tokens += batch;
      largest = Math.max(largest, batch);
    }
  }
  // The last layer computes keys and values for all tokens and the rest for the first: 1/6 of it.
  const computed = numLayers > 0 ? (numLayers - 5 / 6) / numLayers : 1;
  const forward = 2 * inLayers * computed * (isCached ? 1 - frozen : 1);
  const above = 2 * inLayers * computed * (1 - frozen);
  const recomputed = gradientCheckpointing ? above : 0;
  const [frozenWork, trainedWork] = [forward + above + recomputed, 2 * inLayers * ownShare];
  const steps = Math.max(1, perEpoch);
  const besides = (frozenWork + trainedWork) * (1 / stepShare - 1) / productRate;
  const perToken = frozenWork / eightBitRate + trainedWork / productRate + besides;
  const secondsPerStep = tokens / steps * perToken;
  const once = isCached ? tokens * 2 * inLayers * frozen / (stepShare * productRate) : 0;
  const trainedLayers = numLayers * (1 - frozen);
  const widths = gradientCheckpointing
    ? trainedLayers + Math.min(1, trainedLayers) * keptWidths
    : trainedLayers * keptWidths;
  const kept = largest * widths * hiddenSize;
  return {
    steps: totalSteps * updates,
    secondsPerStep,
    seconds: once + totalSteps * updates * secondsPerStep,
    bytes: baseBytes + linearBytes + 4 * (tables + kept + 4 * trained),
  };
}
