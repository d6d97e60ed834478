/**
 * The optimiser of a run: it collects the gradients of the parts of a step, clips them and moves
 * the parameters.
 *
 * @module
 */
import type { Device, State, Update, UpdateStep } from "../engine/mod.ts";
import { accumulate, adamw, gradientSquares } from "./adamw.ts";
import { gradients } from "./gradient_program.ts";
import type { TrainSettings } from "./train_options.ts";
import { groupSettings } from "../nn/trained.ts";

/** Where the gradients of several parts are added up. */
export const accumulated = "accumulated";
/** Keeps the division by a norm of zero away, as PyTorch's `clip_grad_norm_`. */
const normEpsilon = 1e-6;

/** What a step met. */
export interface StepTaken {
  /** The gradients' global norm before clipping. */
  readonly norm: number;
  /** What clipping multiplied the gradients with. */
  readonly clip: number;
}

/** Moves the parameters. */
export interface Optimiser {
  /** Takes over the gradients of one part; `first` starts a new step. */
  add(first: boolean): Promise<void>;
  /** Takes step number `step`, from 1; nothing moves where the norm is no finite number. */
  step(step: number, learningRate: number): Promise<StepTaken>;
  /** The step's gradients after clipping. */
  gradients({ clip }: StepTaken): Promise<Map<string, Float32Array>>;
  dispose(): Promise<void>;
}

/** AdamW with clipping and, where a step has several parts, accumulation. */
export async function createOptimiser(
  device: Device,
  state: State,
  settings: TrainSettings,
): Promise<Optimiser> {
  const groups = new Set(state.tensors.map(({ group }) => group));
  const inParts = settings.accumulate > 1;
  const source = inParts ? accumulated : gradients;
  const opened: UpdateStep[] = [];
  const dispose = async () => {
    for (const each of opened) await each.dispose();
  };
  const compile = async (update: Update): Promise<UpdateStep> => {
    const step = await device.compileUpdate(update, state).catch(async (error) => {
      await dispose();
      throw error;
    });
    opened.push(step);
    return step;
  };
  const update = await compile(adamw(settings, source));
  const squares = await compile(gradientSquares(source));
  const collect = inParts ? await compile(accumulate(accumulated)) : undefined;
  return {
    async add(first) {
      await collect?.run({ keep: first ? 0 : 1 });
    },
    async step(step, learningRate) {
      const norm = Math.sqrt((await squares.run({})).squares);
      const clip = Math.min(1, settings.maxGradientNorm / (norm + normEpsilon));
      if (!Number.isFinite(norm)) return { norm, clip };
      const scalars = {
        clip,
        correction1: 1 / (1 - settings.beta1 ** step),
        correction2: 1 / (1 - settings.beta2 ** step),
      };
      for (const group of groups) {
        const { decay, rate } = groupSettings(group);
        const weightDecay = decay ? settings.weightDecay : 0;
        await update.run({ ...scalars, learningRate: learningRate * rate, weightDecay }, group);
      }
      return { norm, clip };
    },
    async gradients({ clip }) {
      const raw = await state.read(source);
      return new Map([...raw].map(([name, values]) => [name, values.map((each) => each * clip)]));
    },
    dispose,
  };
}
