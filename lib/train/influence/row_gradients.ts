/**
 * The gradient of each row's loss by everything that a run has trained.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type Device, type Program, slotPath, type State } from "../../engine/mod.ts";
import { frozenOf, type TrainableModel } from "../../nn/trainable_model.ts";
import { paddedLayout } from "../../text/batch_layout.ts";
import { gradientProgram, gradients, penaltyShare } from "../gradient_program.ts";
import { sequencesOf, type TrainingRows } from "../training_rows.ts";

/** What a row says to the model. */
export interface RowGradient {
  /** The row's own loss: the mean over its tokens where these are what counts. */
  readonly loss: number;
  /** By every trained tensor, one after the other. */
  readonly gradient: Float32Array;
}

/** Asks rows for their gradients, one by one. */
export interface RowGradients extends AsyncDisposable {
  /** What a row says with the numbers that a state holds now. */
  of(row: number, signal?: AbortSignal): Promise<RowGradient>;
}

const prefix = slotPath(gradients, "");
/** What the program calls a gradient that is read, and not left in the state. */
const told = "gradient of ";

/**
 * Compiles the gradients of single rows. The model computes as in evaluation, and no penalty of the method counts.
 *
 * Throws an error of kind "unsupported" for a loss that no row has by itself.
 */
export async function openRowGradients(
  trainable: TrainableModel,
  rows: TrainingRows,
  { device, state }: { readonly device: Device; readonly state: State },
): Promise<RowGradients> {
  const { objective } = trainable;
  refuseTogether(trainable);
  const step = await device.compile(rowProgram(trainable), { frozen: frozenOf(trainable), state });
  return {
    async of(row, signal) {
      const sequences = sequencesOf(rows, [row]);
      const layout = paddedLayout(sequences.map((sequence) => rows.lengths[sequence]));
      const { loss, ...found } = await step.run({
        ...objective.sums?.feedsOf([row], layout),
        ...await rows.feedsOf(sequences),
        ...objective.targetsOf([row], objective.weightOf([row]) || 1, { layout, stepRows: [row] }),
        [penaltyShare]: { shape: [], data: new Float32Array(1) },
      }, signal);
      return { loss: Number(loss.data[0]), gradient: joined(Object.values(found)) };
    },
    [Symbol.asyncDispose]: () => step.dispose(),
  };
}

/** The gradient program whose gradients are results, since the state of a finished run has no room for them. */
function rowProgram(trainable: TrainableModel): Program {
  const program = gradientProgram(trainable, { isStill: true });
  return {
    ...program,
    name: "gradients of a row",
    compute(inputs) {
      const { loss, ...others } = program.compute(inputs);
      const own = Object.entries(others).filter(([name]) => name.startsWith(prefix))
        .map(([name, gradient]) => [`${told}${name.slice(prefix.length)}`, gradient]);
      return { loss, ...Object.fromEntries(own) };
    },
  };
}

function joined(parts: readonly { readonly data: ArrayLike<number> }[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of parts) {
    all.set(data, at);
    at += data.length;
  }
  return all;
}

function refuseTogether({ objective }: TrainableModel): void {
  const { name, acrossBatch, readsOutputs, parameters = [] } = objective;
  const why = acrossBatch
    ? "compares the rows of a batch, so that no row has a loss of its own"
    : readsOutputs
    ? "has targets that depend on what the model gives"
    : parameters.length > 0
    ? "trains numbers of its own, which are gone after the run"
    : undefined;
  if (why !== undefined) {
    throw new TunebookError("unsupported", `influence: the loss of this task (${name}) ${why}`);
  }
}
