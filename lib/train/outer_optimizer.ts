/**
 * Processes that train apart and meet now and then (DiLoCo): each takes so many steps of its own optimizer on its
 * share of the rows; then all move from where they last met by the mean of their differences, with Nesterov's
 * momentum. What the own optimizers keep stays apart.
 *
 * Source: Douillard et al., 2023 (arXiv 2311.08105), algorithm 1.
 *
 * @module
 */
import { sizeOf, type State } from "../engine/mod.ts";
import { parameters } from "../nn/trainable_model.ts";
import type { ProcessGroup } from "../parallel/process_group.ts";
import type { Tensors } from "./divergence.ts";
import type { LossScale, LossScaling } from "./loss_scaling.ts";
import type { SyncSettings } from "./sync_option.ts";

/** What an outer optimizer works on. */
export interface OuterContext {
  readonly processes: ProcessGroup;
  readonly settings: SyncSettings;
  readonly totalSteps: number;
  readonly state: State;
  /** The vectors of the state that a run continues from. */
  readonly kept: readonly string[];
  /** What the own optimizer keeps beside the state. */
  readonly statistics: Map<string, Float32Array> | undefined;
  readonly lossScaling: LossScaling | undefined;
}

/** What a process had when it last met the others. */
interface Meeting {
  readonly step: number;
  readonly vectors: ReadonlyMap<string, Tensors>;
  readonly statistics: Tensors;
  readonly lossScale: LossScale | undefined;
}

/** The optimizer of the differences. */
export class OuterOptimizer {
  readonly #context: OuterContext;
  readonly #momentum: Map<string, Float32Array>;
  #met: Meeting | undefined;

  constructor(context: OuterContext) {
    this.#context = context;
    this.#momentum = new Map(
      context.state.tensors.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]),
    );
  }

  /** Its momentum by tensor, which is the same in all processes; checkpoints hold it. */
  get momentum(): Tensors {
    return this.#momentum;
  }

  /** Whether all meet after so many steps: also at the end. */
  isMeeting(step: number): boolean {
    return step % this.#context.settings.every === 0 || step === this.#context.totalSteps;
  }

  /** The meeting before the one after so many steps. */
  meetingBefore(step: number): number {
    const { every } = this.#context.settings;
    return (Math.ceil(step / every) - 1) * every;
  }

  /** Begins with what the state holds after so many steps, which is the same in all processes. */
  async start(step: number, momentum: Tensors): Promise<void> {
    for (const [name, values] of momentum) this.#momentum.set(name, values);
    await this.#remember(step);
  }

  /** Leaves in the state where all go on from after so many steps. */
  async meet(step: number, signal?: AbortSignal): Promise<void> {
    const { processes, settings: { outerLearningRate, momentum }, state } = this.#context;
    const before = this.#met!.vectors.get(parameters)!;
    const present = await state.read(parameters);
    const sizes = [...before.values()].reduce((sum, { length }) => sum + length, 0);
    const differences = new Float32Array(sizes);
    let at = 0;
    for (const [name, values] of before) {
      const now = present.get(name)!;
      for (let i = 0; i < values.length; i++) differences[at++] = values[i] - now[i];
    }
    await processes.sum(differences, signal);
    const next = new Map<string, Float32Array>();
    at = 0;
    for (const [name, values] of before) {
      const kept = this.#momentum.get(name)!;
      const moved = new Float32Array(values.length);
      for (let i = 0; i < values.length; i++) {
        const gradient = differences[at++] / processes.size;
        kept[i] = momentum * kept[i] + gradient;
        moved[i] = values[i] - outerLearningRate * (gradient + momentum * kept[i]);
      }
      next.set(name, moved);
    }
    await state.write(parameters, next);
    await this.#remember(step);
  }

  /** Takes back the steps since the last meeting, and gives how many were taken until then. */
  async returnToMeeting(): Promise<number> {
    const { state, statistics, lossScaling } = this.#context;
    const { step, vectors, statistics: before, lossScale } = this.#met!;
    for (const [vector, values] of vectors) await state.write(vector, values);
    for (const [name, values] of before) statistics!.set(name, values.slice());
    if (lossScale) lossScaling!.restore(lossScale);
    return step;
  }

  async #remember(step: number): Promise<void> {
    const { state, kept, statistics = new Map(), lossScaling } = this.#context;
    const vectors = new Map<string, Tensors>();
    for (const vector of kept) vectors.set(vector, await state.read(vector));
    const own = new Map([...statistics].map(([name, values]) => [name, values.slice()]));
    this.#met = { step, vectors, statistics: own, lossScale: lossScaling?.present };
  }
}

/**
 * The mean of each step's loss over the rows of all processes.
 *
 * @param losses the losses of this process, and `weights` what its rows count in each step
 */
export async function meanLosses(
  processes: ProcessGroup,
  { losses, weights, signal }: {
    readonly losses: readonly number[];
    readonly weights: readonly number[];
    readonly signal?: AbortSignal | undefined;
  },
): Promise<number[]> {
  const count = losses.length;
  const sums = new Float64Array(2 * count);
  for (const [i, loss] of losses.entries()) {
    sums[i] = loss * weights[i];
    sums[count + i] = weights[i];
  }
  await processes.sum(sums, signal);
  // Rows of weight 0 alone have no loss.
  return losses.map((_, i) => sums[count + i] === 0 ? 0 : sums[i] / sums[count + i]);
}
