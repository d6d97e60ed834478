/**
 * State in host memory: one flat array a vector, so that an update touches all tensors in one run
 * and gradients are written where the update reads them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { sizeOf } from "../value.ts";
import { slotPath, type State, type StateTensor } from "./device.ts";

/** Tensors start at multiples of 64 bytes, as vector instructions like it. */
const alignment = 16;

/** A tensor with its offset in the flat arrays. */
interface PlacedTensor {
  readonly tensor: StateTensor;
  readonly offset: number;
  readonly size: number;
}

/** State in flat arrays of host memory. */
export class FlatState implements State {
  readonly tensors: readonly StateTensor[];
  #placed = new Map<string, PlacedTensor>();
  #groups = new Map<string, { start: number; end: number }>();
  #vectors = new Map<string, Float32Array>();

  /** With `isShared`, threads share the arrays instead of copying them. */
  constructor(tensors: readonly StateTensor[], vectors: readonly string[], isShared = false) {
    this.tensors = tensors;
    let offset = 0;
    for (const [group, members] of Map.groupBy(tensors, ({ group }) => group)) {
      const start = offset;
      for (const tensor of members) {
        const size = sizeOf(tensor.shape);
        this.#placed.set(tensor.name, { tensor, offset, size });
        offset += Math.ceil(size / alignment) * alignment;
      }
      this.#groups.set(group, { start, end: offset });
    }
    const bytes = offset * Float32Array.BYTES_PER_ELEMENT;
    for (const vector of vectors) {
      const buffer = isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
      this.#vectors.set(vector, new Float32Array(buffer));
    }
  }

  /** The part of a group, or of all groups, in every vector. */
  range(group?: string): { start: number; end: number } {
    if (group === undefined) return { start: 0, end: this.vector().length };
    return this.#groups.get(group) ?? { start: 0, end: 0 };
  }

  /** A whole vector; without a name the first one. */
  vector(name?: string): Float32Array {
    const found = name === undefined
      ? this.#vectors.values().next().value
      : this.#vectors.get(name);
    if (found) return found;
    throw new TunebookError("unsupported", `the state has no vector "${name ?? ""}"`);
  }

  /** The tensor behind a path such as `parameters/<tensor>`, or `undefined`. */
  tensor(path: string): { data: Float32Array; shape: readonly number[] } | undefined {
    const vector = path.slice(0, path.indexOf("/"));
    const placed = this.#placed.get(path.slice(vector.length + 1));
    const whole = this.#vectors.get(vector);
    if (!placed || !whole) return undefined;
    const data = whole.subarray(placed.offset, placed.offset + placed.size);
    return { data, shape: placed.tensor.shape };
  }

  read(vector: string): Promise<Map<string, Float32Array>> {
    const whole = this.vector(vector);
    const values = new Map<string, Float32Array>();
    for (const { name } of this.tensors) {
      const { offset, size } = this.#placed.get(name)!;
      values.set(name, whole.slice(offset, offset + size));
    }
    return Promise.resolve(values);
  }

  write(vector: string, values: ReadonlyMap<string, Float32Array>): Promise<void> {
    for (const [name, data] of values) {
      const target = this.tensor(slotPath(vector, name));
      if (!target || target.data.length !== data.length) {
        throw new TunebookError(
          "weights",
          `the state ${slotPath(vector, name)} takes ${target?.data.length ?? 0} numbers, not ` +
            `${data.length}`,
        );
      }
      target.data.set(data);
    }
    return Promise.resolve();
  }

  dispose(): void {
    this.#vectors.clear();
  }
}
