/**
 * The gradients of a loss over all rows of a step, such as one of texts that are each other's wrong
 * answers, in the memory of a micro-batch (GradCache: Gao et al., "Scaling deep contrastive learning
 * batch size under memory limited setup", 2021, arXiv 2101.06983); and of a loss whose targets depend on
 * what the model gives.
 *
 * 1. Each micro-batch is run forward; only its outputs are kept.
 * 2. The loss of all outputs, and its gradient by each of them.
 * 3. Each micro-batch is run again, forward and backward from those gradients. Dropout is the same,
 *    since its noise is fed.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import {
  type Device,
  type FrozenSource,
  type HostTensor,
  type Program,
  type State,
  type Step,
  tf,
  valueAndGradients,
} from "../engine/mod.ts";
import type { Feeds } from "../nn/feeds.ts";
import type { Objective } from "../nn/objective.ts";
import { gather } from "../parallel/gather.ts";
import type { ProcessGroup } from "../parallel/process_group.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import { type GradientOptions, trainingOutputsProgram } from "./gradient_program.ts";
import type { TrainSettings } from "./train_options.ts";

/**
 * Whether a step is more than one micro-batch of a loss that does not add up over them, or its targets
 * depend on the model's outputs. Throws an error of kind "unsupported" where such a loss has parameters:
 * their gradients would be lost.
 */
export function needsWholeBatch(
  { name, acrossBatch, readsOutputs, parameters = [] }: Pick<
    Objective,
    "name" | "acrossBatch" | "readsOutputs" | "parameters"
  >,
  { accumulate, isShared = false }: Pick<TrainSettings, "accumulate"> & {
    /** True where several processes have the micro-batches of a step. */
    readonly isShared?: boolean | undefined;
  },
): boolean {
  const isNeeded = readsOutputs === true || (acrossBatch === true && (accumulate > 1 || isShared));
  if (!isNeeded || parameters.length === 0) return isNeeded;
  throw new TunebookError(
    "unsupported",
    readsOutputs
      ? `the targets of ${name} depend on the model's outputs, so that its loss cannot have parameters of ` +
        "its own"
      : `the loss of ${name} compares all rows of a step and has parameters of its own, so that steps ` +
        `cannot be ${
          isShared
            ? "shared by processes; launch it by itself"
            : "cut into micro-batches; leave accumulate out"
        }`,
  );
}

/** The names of the two feeds that stand for the rest of the step. */
const [cachedOutputs, outputGradients] = ["cached_outputs", "output_gradients"];

/**
 * What the second run of a micro-batch minimises: its value is 0, and its gradient by the outputs is
 * the one that is fed, that of the whole step.
 */
export function surrogate(objective: Objective): Objective {
  const shape = ["batch", numbersRead(objective)];
  return {
    ...objective,
    feeds: {
      [cachedOutputs]: { role: "feed", type: "float32", shape },
      [outputGradients]: { role: "feed", type: "float32", shape },
    },
    loss: (outputs, feeds) =>
      tf.sum(tf.mul(tf.sub(outputs, feeds[cachedOutputs]), feeds[outputGradients])),
  };
}

/** How many numbers the loss reads of a row. */
function numbersRead({ sums, outputs }: Pick<Objective, "sums" | "outputs">): number {
  return sums?.weights.length ?? outputs;
}

/** The first two parts of such a step, compiled. */
export interface WholeBatch {
  /** What the loss reads of a micro-batch, [batch, outputs]. */
  outputs(feeds: Record<string, HostTensor>, signal?: AbortSignal): Promise<HostTensor>;
  /**
   * The loss of a step, and for each micro-batch what its second run is fed with.
   *
   * @param targetsOf the feeds of the loss, of the outputs of all micro-batches
   */
  loss(
    outputs: readonly HostTensor[],
    targetsOf: (outputs: HostTensor) => Record<string, HostTensor>,
    signal?: AbortSignal,
  ): Promise<{ readonly loss: number; readonly feeds: Record<string, HostTensor>[] }>;
  dispose(): Promise<void>;
}

/** Compiles them. */
export async function openWholeBatch(
  trainable: TrainableModel,
  device: Device,
  { state, frozen, options }: {
    readonly state: State;
    readonly frozen: FrozenSource;
    readonly options: GradientOptions;
  },
): Promise<WholeBatch> {
  const forward = await device.compile(trainingOutputsProgram(trainable, options), {
    frozen,
    state,
  });
  let loss: Step;
  try {
    // Its gradients are not scaled: they are scaled on their way through the second run.
    loss = await (device.inFloat32 ?? device).compile(lossProgram(trainable.objective), {
      frozen: () => new Float32Array(),
    });
  } catch (error) {
    await forward.dispose();
    throw error;
  }
  return {
    outputs: async (feeds, signal) => (await forward.run(feeds, signal)).outputs,
    async loss(outputs, targetsOf, signal) {
      const all = stacked(outputs);
      const found = await loss.run({ [cachedOutputs]: all, ...targetsOf(all) }, signal);
      let start = 0;
      const feeds = outputs.map((own) => {
        const data = found.gradient.data.slice(start, start += own.data.length);
        return { [cachedOutputs]: own, [outputGradients]: { shape: own.shape, data } };
      });
      return { loss: Number(found.loss.data[0]), feeds };
    },
    async dispose() {
      await forward.dispose();
      await loss.dispose();
    },
  };
}

/** Feeds outputs and targets, gives the loss and its gradient by the outputs. */
function lossProgram(objective: Objective): Program {
  return {
    name: "loss of the whole step",
    inputs: {
      [cachedOutputs]: {
        role: "feed",
        type: "float32",
        shape: ["batch", numbersRead(objective)],
      },
      ...objective.feeds,
    },
    compute({ [cachedOutputs]: outputs, ...feeds }) {
      const { value, gradients } = valueAndGradients(
        () => objective.loss(outputs, feeds),
        { outputs },
      );
      return { loss: value, gradient: gradients.outputs };
    },
  };
}

/** The outputs of all micro-batches of a step: of several processes each runs its own. */
export async function stepOutputs(
  { outputs }: Pick<WholeBatch, "outputs">,
  batches: readonly { readonly isComputedHere: boolean; feeds(): Promise<Feeds> }[],
  processes: ProcessGroup | undefined,
  signal?: AbortSignal,
): Promise<HostTensor[]> {
  const own: (HostTensor | undefined)[] = [];
  for (const { isComputedHere, feeds } of batches) {
    own.push(isComputedHere ? await outputs(await feeds(), signal) : undefined);
  }
  if (!processes) return own as HostTensor[];
  const all = await gather(processes, own.map((each) => each && copiedTensor(each)), signal);
  return own.map((_, at) => all[at % processes.size][at]!);
}

/** A tensor that shares its buffer with nothing else. */
export function copiedTensor({ shape, data }: HostTensor): HostTensor {
  return { shape, data: data.slice() as HostTensor["data"] };
}

/** Rows of several tensors one below the other. */
function stacked(parts: readonly HostTensor[]): HostTensor {
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  const rows = parts.reduce((sum, { shape: [rows] }) => sum + rows, 0);
  return { shape: [rows, ...parts[0].shape.slice(1)], data };
}
