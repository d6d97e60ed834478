/**
 * In which numbers the linear layers of a run are computed, where that was left open: what is known without
 * measuring, and a measurement of its own steps.
 *
 * @module
 */
import { isInterruption } from "../core/interruption.ts";
import { pauses } from "../core/pauses.ts";
import { hasByteProducts, type HostProcessor, processorFlags } from "../engine/mod.ts";
import type { EightBitLinears } from "../nn/eight_bit_linears.ts";
import type { Compute } from "./compute_option.ts";
import type { StepPlan } from "./step_plan.ts";
import type { TrainSettings } from "./train_options.ts";
import { sequencesOf, type TrainingRows } from "./training_rows.ts";

/** The arithmetic of a run. */
export interface ComputeChoice {
  readonly compute: Compute;
  /** The arithmetic and why, in one line: `int8: 41 ms a step, float32: 63 ms`. */
  readonly reason: string;
  /** In int8: which linear layers compute so, and why the others do not. */
  readonly linears?: EightBitLinears;
}

/** What a measurement is made with; the clock of this process and its processor unless given. */
export interface ComputeProbe {
  /** Milliseconds since some moment. */
  clock(): number;
  /** The processor, where anything tells. */
  processor(): HostProcessor | undefined;
}

/** The clock of this process and the processor of this machine. */
export const ownProbe: ComputeProbe = {
  clock: () => performance.now(),
  processor: processorFlags,
};

/** Rounds in which both arithmetics take their steps in turn; one before them is not counted. */
const rounds = 3;
/** Where the measured steps stand among those of an epoch by tokens: the middles of thirds. */
const quantiles = [1 / 6, 3 / 6, 5 / 6];
/** int8 is chosen from this share of float32's time on: below lies what a busy machine hides. */
const mostShare = 0.9;
/**
 * A measurement takes the time of 24 micro-batches (two arithmetics, four rounds, three steps) and compiles
 * another program. At best int8 halves the time, so that so many micro-batches pay for it twice.
 */
const leastMicroBatches = 100;

/**
 * What a run with `compute: "auto"` computes in where nothing need be measured; nothing where it must be.
 */
export function computeUnmeasured(
  { device, settings, plan, processor }: {
    /** The name of the device. */
    readonly device: string;
    readonly settings: Pick<TrainSettings, "accumulate">;
    readonly plan: Pick<StepPlan, "totalSteps">;
    readonly processor: HostProcessor | undefined;
  },
): ComputeChoice | undefined {
  const float32 = (why: string): ComputeChoice => ({
    compute: "float32",
    reason: `float32: ${why}`,
  });
  if (device !== "cpu") return float32(`eight-bit products are the processor's, not of ${device}`);
  // Where nothing tells what the processor has, a measurement does.
  if (processor && !canWin(processor)) {
    return float32("this processor has no instructions for products of bytes, not even AVX2");
  }
  const microBatches = plan.totalSteps * settings.accumulate;
  return microBatches < leastMicroBatches
    ? float32(
      `${microBatches} micro-batches are too few to measure int8, which takes ${leastMicroBatches}`,
    )
    : undefined;
}

/**
 * AVX2 alone multiplies bytes faster than float32, too: a LoRA step of 6 × 384 took .84 of float32's processor
 * time on an AMD EPYC of family 25, model 1. Where there is neither, nothing was measured.
 */
function canWin(processor: HostProcessor): boolean {
  return hasByteProducts(processor) || processor.flags.has("avx2");
}

/** Runs a step without its update, so that nothing but the gradients' room in the state changes. */
export type TriedStep = (step: number) => Promise<unknown>;

/** What is measured. */
export interface MeasuredSteps {
  readonly float32: TriedStep;
  readonly int8: TriedStep;
  /** Which steps, counted from 0. */
  readonly steps: readonly number[];
  readonly clock: ComputeProbe["clock"];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Measures both in turns, one round uncounted, and takes int8 where the median of its rounds is at least
 * 10 % below float32's. Where the signal ends it, float32 is what is left.
 */
export async function measureCompute(
  { steps, clock, signal, ...tried }: MeasuredSteps,
): Promise<ComputeChoice> {
  const times: Record<Compute, number[]> = { float32: [], int8: [] };
  const pause = pauses();
  const stopped: ComputeChoice = {
    compute: "float32",
    reason: "float32: stopped before int8 was measured",
  };
  try {
    for (let round = 0; round <= rounds; round++) {
      // Whoever comes second finds memory as the first one left it.
      const order: readonly Compute[] = round % 2 === 0 ? ["float32", "int8"] : ["int8", "float32"];
      for (const compute of order) {
        await pause();
        if (signal?.aborted) return stopped;
        const began = clock();
        for (const step of steps) await tried[compute](step);
        const took = (clock() - began) / steps.length;
        if (round > 0) times[compute].push(took);
      }
    }
  } catch (error) {
    if (isInterruption(error)) return stopped;
    throw error;
  }
  const [float32, int8] = [times.float32, times.int8].map(median);
  const shown = {
    float32: `float32: ${milliseconds(float32)}`,
    int8: `int8: ${milliseconds(int8)}`,
  };
  return int8 <= mostShare * float32
    ? { compute: "int8", reason: `${shown.int8} a step, ${shown.float32}` }
    : { compute: "float32", reason: `${shown.float32} a step, ${shown.int8}` };
}

/** Steps of the first epoch that stand for the others by their tokens. */
export function typicalSteps(
  plan: StepPlan,
  rows: Pick<TrainingRows, "lengths" | "groups">,
): number[] {
  const count = Math.min(plan.stepsPerEpoch, plan.totalSteps);
  const stride = Math.ceil(count / mostSampled);
  const sampled = Array.from({ length: Math.ceil(count / stride) }, (_, at) => at * stride)
    .map((step) => ({ step, tokens: tokensOf(step) }))
    .sort((a, b) => a.tokens - b.tokens || a.step - b.step);
  return quantiles.map((share) => sampled[Math.floor(share * sampled.length)].step);

  function tokensOf(step: number): number {
    return plan.microBatchesOf(step).flatMap((examples) => sequencesOf(rows, examples))
      .reduce((sum, sequence) => sum + rows.lengths[sequence], 0);
  }
}

/** So many steps of an epoch tell enough of all. */
const mostSampled = 500;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
