/**
 * The optimizer of a run: it adds up the gradients of micro-batches, clips them and moves the
 * parameters by the rule that the settings name.
 *
 * @module
 */
import {
  type Device,
  sizeOf,
  type State,
  tf,
  type Update,
  type UpdateStep,
} from "../engine/mod.ts";
import { statistics } from "../nn/trained.ts";
import { gradients } from "./gradient_program.ts";
import { optimizerNamed } from "./optimizers/mod.ts";
import type { GroupStep } from "./optimizers/optimizer_rule.ts";
import type { TrainSettings } from "./train_options.ts";

/** Where the gradients of several micro-batches are added up. */
export const accumulated = "accumulated";
/** Keeps the division by a norm of zero away, as PyTorch's `clip_grad_norm_`. */
const normEpsilon = 1e-6;

/** What a step met. */
export interface StepTaken {
  /** The gradients' global norm before clipping. */
  readonly norm: number;
  /** What the gradients were multiplied with: by clipping, and to undo the loss scale. */
  readonly clip: number;
}

/** Moves the parameters. */
export interface Optimizer {
  /**
   * Takes over the gradients of one micro-batch; `first` starts a new step. Where it is the only one,
   * `squares` may have the sums of their squares by group.
   */
  add(first: boolean, squares?: ReadonlyMap<string, number>): Promise<void>;
  /**
   * Takes a step with the groups that train; the others stay as they are, and their gradients count for
   * nothing. Nothing moves where the norm is no finite number.
   *
   * @param lossScale what the loss was multiplied with before gradients were taken; 1 unless given
   */
  step(groups: readonly GroupStep[], lossScale?: number): Promise<StepTaken>;
  /** The step's gradients after clipping. */
  gradients({ clip }: StepTaken): Promise<Map<string, Float32Array>>;
  /** What the rule keeps beside the state's vectors, by name. */
  readonly statistics?: Map<string, Float32Array>;
  dispose(): Promise<void>;
}

/** The vectors of a state that an optimizer keeps from step to step. */
export function optimizerVectors(
  { optimizer = "adamw", momentum = 0 }: Partial<Pick<TrainSettings, "optimizer" | "momentum">>,
): readonly string[] {
  return optimizerNamed(optimizer).vectors({ momentum });
}

/** The settings' optimizer with clipping and, where a step has several micro-batches, accumulation. */
export async function createOptimizer(
  device: Device,
  state: State,
  settings: TrainSettings,
): Promise<Optimizer> {
  const groups = new Set(state.tensors.map(({ group }) => group));
  // Their gradients are zeros.
  groups.delete(statistics);
  const isAccumulated = settings.accumulate > 1;
  const source = isAccumulated ? accumulated : gradients;
  const opened: { dispose(): Promise<void> }[] = [];
  const dispose = async () => {
    for (const each of opened) await each.dispose();
  };
  const opening = async <Opened extends { dispose(): Promise<void> }>(making: Promise<Opened>) => {
    const made = await making.catch(async (error) => {
      await dispose();
      throw error;
    });
    opened.push(made);
    return made;
  };
  const compile = (update: Update): Promise<UpdateStep> =>
    opening(device.compileUpdate(update, state));
  const rule = await opening(
    optimizerNamed(settings.optimizer).open({ device, state, gradients: source, settings }),
  );
  const squares = await compile(gradientSquares(source));
  const collect = isAccumulated ? await compile(accumulate(accumulated)) : undefined;
  let known: ReadonlyMap<string, number> | undefined;
  /** All groups together are one run. */
  const squaresIn = async (training: readonly GroupStep[]) => {
    const found = isAccumulated ? undefined : known;
    if (found) return training.reduce((sum, { group }) => sum + found.get(group)!, 0);
    if (training.length === groups.size) return (await squares.run({})).squares;
    let sum = 0;
    for (const { group } of training) sum += (await squares.run({}, group)).squares;
    return sum;
  };
  return {
    async add(first, squares) {
      known = squares;
      await collect?.run({ keep: first ? 0 : 1 });
    },
    async step(training, lossScale = 1) {
      const norm = Math.sqrt(await squaresIn(training)) / lossScale;
      const clip = Math.min(1, settings.maxGradientNorm / (norm + normEpsilon)) / lossScale;
      if (!Number.isFinite(norm)) {
        // The next step multiplies what was accumulated by 0, which infinities outlive.
        if (isAccumulated) await state.write(accumulated, zerosOf(state));
        return { norm, clip };
      }
      for (const group of training) await rule.step(group, clip);
      return { norm, clip };
    },
    async gradients({ clip }) {
      const raw = await state.read(source);
      return new Map([...raw].map(([name, values]) => [name, values.map((each) => each * clip)]));
    },
    ...(rule.statistics ? { statistics: rule.statistics } : {}),
    dispose,
  };
}

function zerosOf({ tensors }: State): Map<string, Float32Array> {
  return new Map(tensors.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]));
}

/** The sum of squares of all gradients, from which the global norm follows. */
export function gradientSquares(vector: string = gradients): Update {
  return {
    name: "gradient norm",
    vectors: [vector],
    scalars: [],
    compute: (vectors) => ({ squares: tf.sum(tf.square(vectors[vector])) }),
  };
}

/** Adds the gradients of a micro-batch to those before it (`keep` 1, or 0 at first). */
export function accumulate(target: string): Update {
  return {
    name: "accumulate",
    vectors: [target, gradients],
    scalars: ["keep"],
    compute: (vectors, { keep }) => ({
      [target]: tf.add(tf.mul(vectors[target], keep), vectors[gradients]),
    }),
  };
}
