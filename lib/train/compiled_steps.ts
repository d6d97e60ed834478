/**
 * The programs of a training step, compiled for one arithmetic.
 *
 * @module
 */
import type { Device, FrozenSource, State, Step } from "../engine/mod.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import type { Compute } from "./compute_option.ts";
import { type GradientOptions, gradientProgram } from "./gradient_program.ts";
import type { TrainSettings } from "./train_options.ts";
import { needsWholeBatch, openWholeBatch, surrogate, type WholeBatch } from "./whole_batch.ts";

/** What gives a step its gradients. */
export interface CompiledSteps {
  readonly compute: Compute;
  /** The compiled gradient program. */
  readonly compiledGradients: Step;
  /** Present where the loss is one of all micro-batches together. */
  readonly wholeBatch: WholeBatch | undefined;
  dispose(): Promise<void>;
}

/** What they are compiled against. */
export interface CompileContext {
  readonly device: Device;
  readonly settings: Pick<TrainSettings, "accumulate">;
  /** True where several processes have the micro-batches of a step. */
  readonly isShared: boolean;
  readonly state: State;
  readonly frozen: FrozenSource;
  readonly options: GradientOptions;
}

/** Compiles them. */
export async function compileSteps(
  trainable: TrainableModel,
  compute: Compute,
  { device, settings, isShared, state, frozen, options }: CompileContext,
): Promise<CompiledSteps> {
  const { objective } = trainable;
  const isWhole = needsWholeBatch(objective, { ...settings, isShared });
  const own: GradientOptions = { ...options, compute };
  const wholeBatch = isWhole
    ? await openWholeBatch(trainable, device, { state, frozen, options: own })
    : undefined;
  const learnt = isWhole ? { ...trainable, objective: surrogate(objective) } : trainable;
  try {
    const program = gradientProgram(learnt, own);
    const compiledGradients = await device.compile(program, { frozen, state });
    return {
      compute,
      compiledGradients,
      wholeBatch,
      async dispose() {
        await compiledGradients.dispose();
        await wholeBatch?.dispose();
      },
    };
  } catch (error) {
    await wholeBatch?.dispose();
    throw error;
  }
}
