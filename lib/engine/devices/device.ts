/**
 * What a device does: it compiles programs, runs them, and keeps state between runs.
 *
 * @module
 */
import type { FrozenSource, HostTensor, Program } from "../program.ts";
import type { Precision } from "../precision.ts";
import type { Tensor } from "../tf.ts";

/** One tensor of the state, such as an adapter's matrix. */
export interface StateTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Tensors of one group are updated together, with the same scalars. */
  readonly group: string;
}

/**
 * Numbers that live on a device between runs. A *vector* such as "parameters" or "gradients" has
 * numbers for each of the tensors; programs name them `parameters/<tensor>`.
 */
export interface State {
  readonly tensors: readonly StateTensor[];
  /** The numbers of one vector, by tensor. */
  read(vector: string): Promise<Map<string, Float32Array>>;
  /** Replaces numbers of one vector; tensors that are not given keep theirs. */
  write(vector: string, values: ReadonlyMap<string, Float32Array>): Promise<void>;
  dispose(): void;
}

/** A compiled program. A dispose waits for no run that was left behind. */
export interface Step {
  /**
   * Runs once. Outputs named like a part of the state are written there; the others return. Where the
   * device computes in a thread of its own, an abort leaves the run behind at once, with an error of
   * kind "interrupted"; what it writes into the state may then change a little later. Elsewhere a run
   * that has begun ends.
   *
   * @param into where to write outputs, by name, float32; they are left out of the results. Only devices
   * with `infers` look at it. A node that writes in place may be given one array as feed and here.
   */
  run(
    feeds: Readonly<Record<string, HostTensor>>,
    signal?: AbortSignal,
    into?: Readonly<Record<string, HostTensor>>,
  ): Promise<Record<string, HostTensor>>;
  dispose(): Promise<void>;
}

/**
 * A computation that treats every element of the state alike, such as an optimiser. It receives
 * the vectors as tensors of one shape [elements] and returns new values for some of them; every
 * other result is a scalar, which is added up over the whole state.
 */
export interface Update {
  readonly name: string;
  readonly vectors: readonly string[];
  readonly scalars: readonly string[];
  compute(
    vectors: Readonly<Record<string, Tensor>>,
    scalars: Readonly<Record<string, Tensor>>,
  ): Record<string, Tensor>;
}

/** A compiled update. */
export interface UpdateStep {
  /** Runs over the tensors of one group, or all, and returns the sums. */
  run(scalars: Readonly<Record<string, number>>, group?: string): Promise<Record<string, number>>;
  dispose(): Promise<void>;
}

/**
 * Frozen weights as a device keeps them between programs, so that a program that takes another's
 * place need not read them again.
 */
export interface HeldWeights {
  dispose(): Promise<void>;
}

/** What a program is compiled against. */
export interface Bindings {
  readonly frozen: FrozenSource;
  /** Weights that are in here are not asked of `frozen` again; the same name, the same numbers. */
  readonly held?: HeldWeights;
  readonly state?: State;
}

/** A place to compute. */
export interface Device {
  /** The name by which it is asked for: `cpu`, `webgpu`, `cuda`, `tfjs:wasm` … */
  readonly name: string;
  /** The name, and why it was chosen where that was left open. */
  readonly description: string;
  /** What the products of programs are computed in; updates and the state are float32 in any case. */
  readonly precision: Precision;
  /** Where products are float16: the same device with products in float32, which shares its states. */
  readonly inFloat32?: Device;
  /** Keeps zeros for every tensor of every vector. */
  createState(tensors: readonly StateTensor[], vectors: readonly string[]): State;
  /** True where programs that take no gradients get nodes of their own (`ops.cachedAttention`). */
  readonly infers?: boolean;
  /**
   * About how many numbers, tokens times hidden size, it computes best at once, where larger batches are no
   * faster.
   */
  readonly batchNumbers?: number;
  /** True where sums over a gradient are cheapest in the program that makes it. */
  readonly sumsEarly?: boolean;
  /** Memory that feeds are read from without being copied; ordinary arrays are as good unless given. */
  allocate?(numbers: number): Float32Array;
  /** Room for frozen weights that several programs, one after the other, are compiled with. */
  holdWeights(): HeldWeights;
  compile(program: Program, bindings: Bindings): Promise<Step>;
  compileUpdate(update: Update, state: State): Promise<UpdateStep>;
}

/** The program's name of a tensor in a vector. */
export function slotPath(vector: string, tensor: string): string {
  return `${vector}/${tensor}`;
}
