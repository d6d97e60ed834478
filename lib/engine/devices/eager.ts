/**
 * Devices that run a program op by op on a tensorflow.js backend: the reference for the compiled
 * ones, and the way to hardware that only tensorflow.js reaches.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { registerGradients } from "../gradients/mod.ts";
import { sizeOf } from "../value.ts";
import type { HostTensor, InputSpec, Program } from "../program.ts";
import { type Tensor, tf, type TypedArray } from "../tf.ts";
import { checkFeeds, checkFrozen, checkScalars, checkState } from "./check_feeds.ts";
import {
  type Bindings,
  type Device,
  type HeldWeights,
  slotPath,
  type State,
  type StateTensor,
  type Step,
  type Update,
  type UpdateStep,
} from "./device.ts";
import { exhaustion } from "./exhaustion.ts";

/** Wraps a registered tensorflow.js backend as a device. */
export function eagerDevice(name: string, backend: string): Device {
  registerGradients();
  return {
    name,
    description: name,
    precision: "float32",
    createState: (tensors, vectors) => new EagerState(backend, tensors, vectors),
    holdWeights: () => new HeldTensors(),
    compile: (program, bindings) => Promise.resolve(prepare(backend, program, bindings)),
    compileUpdate: (update, state) => Promise.resolve(prepareUpdate(backend, update, state)),
  };
}

/** State as a tensor of tensorflow.js for each tensor of each vector. */
class EagerState implements State {
  #values = new Map<string, Tensor>();

  constructor(
    readonly backend: string,
    readonly tensors: readonly StateTensor[],
    vectors: readonly string[],
  ) {
    tf.setBackend(backend);
    for (const vector of vectors) {
      for (const { name, shape } of tensors) {
        this.#values.set(slotPath(vector, name), tf.keep(tf.zeros([...shape])));
      }
    }
  }

  tensor(path: string): Tensor | undefined {
    return this.#values.get(path);
  }

  replace(path: string, tensor: Tensor): void {
    this.#values.get(path)?.dispose();
    this.#values.set(path, tf.keep(tensor));
  }

  async read(vector: string): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>();
    for (const { name } of this.tensors) {
      const tensor = this.#values.get(slotPath(vector, name));
      if (tensor) values.set(name, (await tensor.data() as Float32Array).slice());
    }
    return values;
  }

  write(vector: string, values: ReadonlyMap<string, Float32Array>): Promise<void> {
    tf.setBackend(this.backend);
    for (const [name, data] of values) {
      const path = slotPath(vector, name);
      const present = this.#values.get(path);
      if (!present || sizeOf(present.shape) !== data.length) {
        throw new TunebookError(
          "weights",
          `the state ${path} does not take ${data.length} numbers`,
        );
      }
      this.replace(path, tf.tensor(data.slice(), present.shape, "float32"));
    }
    return Promise.resolve();
  }

  dispose(): void {
    for (const tensor of this.#values.values()) tensor.dispose();
    this.#values.clear();
  }
}

/** Frozen weights as tensors that stay when a program is disposed of. */
class HeldTensors implements HeldWeights {
  readonly tensors = new Map<string, Tensor>();

  dispose(): Promise<void> {
    for (const tensor of this.tensors.values()) tensor.dispose();
    this.tensors.clear();
    return Promise.resolve();
  }
}

function prepare(backend: string, program: Program, bindings: Bindings): Step {
  const state = bindings.state === undefined ? undefined : eager(bindings.state);
  checkState(program, (path) => state?.tensor(path) !== undefined);
  tf.setBackend(backend);
  const held = bindings.held && tensorsHeld(bindings.held);
  const frozen: Record<string, Tensor> = {};
  for (const [name, { role, shape, type }] of Object.entries(program.inputs)) {
    if (role === "frozen") {
      frozen[name] = held?.get(name) ?? tf.keep(
        tensorOf(checkFrozen(program, name, bindings.frozen(name)), shape as number[], type),
      );
      held?.set(name, frozen[name]);
    }
  }
  return {
    async run(feeds) {
      checkFeeds(program, feeds);
      tf.setBackend(backend);
      const results = guarded(program.name, () =>
        tf.tidy(() => {
          const inputs: Record<string, Tensor> = { ...frozen };
          for (const [name, { role, type }] of Object.entries(program.inputs)) {
            if (role === "feed") {
              inputs[name] = tensorOf(feeds[name].data, [...feeds[name].shape], type);
            } else if (role === "state") inputs[name] = state!.tensor(name)!;
          }
          // A result that is an input would be freed with it.
          return Object.fromEntries(
            Object.entries(program.compute(inputs)).map(([name, made]) => [name, tf.clone(made)]),
          );
        }));
      const host: Record<string, HostTensor> = {};
      for (const [name, tensor] of Object.entries(results)) {
        if (state?.tensor(name)) {
          state.replace(name, tensor);
          continue;
        }
        host[name] = { shape: tensor.shape, data: await numbersOf(tensor) };
        tensor.dispose();
      }
      return host;
    },
    dispose() {
      if (!held) { for (const tensor of Object.values(frozen)) tensor.dispose(); }
      return Promise.resolve();
    },
  };
}

function prepareUpdate(backend: string, update: Update, anyState: State): UpdateStep {
  const state = eager(anyState);
  const [first] = state.tensors;
  const absent = update.vectors.find((vector) =>
    first && !state.tensor(slotPath(vector, first.name))
  );
  if (absent !== undefined) {
    throw new TunebookError("unsupported", `the state has no vector "${absent}"`);
  }
  return {
    async run(scalars, group) {
      checkScalars(update, scalars);
      tf.setBackend(backend);
      const sums: Record<string, number> = {};
      const members = state.tensors.filter((each) => group === undefined || each.group === group);
      for (const { name, shape } of members) {
        const results = guarded(update.name, () =>
          tf.tidy(() => {
            const vectors: Record<string, Tensor> = {};
            for (const vector of update.vectors) {
              vectors[vector] = tf.reshape(state.tensor(slotPath(vector, name))!, [-1]);
            }
            const numbers: Record<string, Tensor> = {};
            for (const scalar of update.scalars) numbers[scalar] = tf.scalar(scalars[scalar]);
            const made = update.compute(vectors, numbers);
            for (const vector of update.vectors) {
              if (made[vector]) made[vector] = tf.reshape(made[vector], [...shape]);
            }
            return made;
          }));
        for (const [result, tensor] of Object.entries(results)) {
          if (update.vectors.includes(result)) {
            state.replace(slotPath(result, name), tensor);
          } else {
            sums[result] = (sums[result] ?? 0) + (await tensor.data())[0];
            tensor.dispose();
          }
        }
      }
      return sums;
    },
    dispose: () => Promise.resolve(),
  };
}

/** tensorflow.js has no types of eight bits: such numbers become int32. */
function tensorOf(data: TypedArray, shape: number[], type: InputSpec["type"]): Tensor {
  return type === "uint8" || type === "int8"
    ? tf.tensor(Int32Array.from(data), shape, "int32")
    : tf.tensor(data, shape, type);
}

/** A copy in the array that belongs to the type; a cast may share the data of another type. */
async function numbersOf(tensor: Tensor): Promise<TypedArray> {
  const data = await tensor.data();
  switch (tensor.dtype) {
    case "int32":
      return Int32Array.from(data);
    case "bool":
      return Uint8Array.from(data);
    default:
      return Float32Array.from(data);
  }
}

function eager(state: State): EagerState {
  if (state instanceof EagerState) return state;
  throw new TunebookError("device", "this state was created by another device");
}

function tensorsHeld(held: HeldWeights): Map<string, Tensor> {
  if (held instanceof HeldTensors) return held.tensors;
  throw new TunebookError("device", "these weights are held by another device");
}

function guarded<Result>(name: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof TunebookError) throw error;
    throw exhaustion(name, error) ?? error;
  }
}
