/**
 * State in buffers of a GPU. The tensors of a group lie one after another in *chunks*, so that an
 * update touches many tensors in one run; nothing but what is asked for comes back to the host.
 *
 * @module
 */
import type { ort } from "../ort.ts";
import { TunebookError } from "../../core/errors.ts";
import { sizeOf } from "../value.ts";
import { slotPath, type State, type StateTensor } from "./device.ts";
import type { Session } from "./session.ts";

/** Sizes are multiples of this, since the provider's kernels take four numbers at a time. */
const alignment = 4;
/** 128 MiB, what WebGPU promises of one binding. A larger tensor has a chunk of its own. */
const maxChunkElements = 1 << 25;

/** A tensor with its offset in a chunk. */
export interface PlacedTensor {
  readonly tensor: StateTensor;
  readonly offset: number;
  readonly size: number;
}

/** Tensors of one group that share a buffer in each vector. */
export interface Chunk {
  readonly name: string;
  readonly group: string;
  readonly tensors: readonly PlacedTensor[];
  /** Elements, padding included. */
  readonly size: number;
}

/** What copies numbers to the GPU, on it, and back. Its buffers live as long as it does. */
export interface Carrier {
  upload(numbers: Float32Array): Promise<ort.Tensor>;
  copy(tensor: ort.Tensor): Promise<ort.Tensor>;
  download(tensor: ort.Tensor): Promise<Float32Array>;
  dispose(): void;
}

/** State in buffers of a GPU. */
export class BufferState implements State {
  readonly chunks: readonly Chunk[];
  #vectors: ReadonlySet<string>;
  #buffers = new Map<string, ort.Tensor>();
  /** The session that made a buffer, which cannot be freed after it; absent for the carrier's. */
  #makers = new Map<ort.Tensor, Session>();
  #placed = new Map<string, { chunk: Chunk; placed: PlacedTensor }>();

  constructor(
    readonly tensors: readonly StateTensor[],
    vectors: readonly string[],
    readonly carrier: Carrier,
    maxElements: number = maxChunkElements,
  ) {
    this.#vectors = new Set(vectors);
    this.chunks = layOut(tensors, maxElements);
    for (const chunk of this.chunks) {
      for (const placed of chunk.tensors) this.#placed.set(placed.tensor.name, { chunk, placed });
    }
  }

  hasVector(vector: string): boolean {
    return this.#vectors.has(vector);
  }

  /** The vector, chunk and offset behind a path such as `parameters/<tensor>`, or `undefined`. */
  find(path: string): { vector: string; chunk: Chunk; placed: PlacedTensor } | undefined {
    const vector = path.slice(0, path.indexOf("/"));
    const found = this.#placed.get(path.slice(vector.length + 1));
    return found && this.#vectors.has(vector) ? { vector, ...found } : undefined;
  }

  /** A chunk of a vector on the GPU; zeros where nothing was written yet. [elements] */
  async buffer(vector: string, chunk: Chunk): Promise<ort.Tensor> {
    this.#check(vector);
    const path = slotPath(vector, chunk.name);
    const known = this.#buffers.get(path);
    if (known) return known;
    const made = await this.carrier.upload(new Float32Array(chunk.size));
    this.#buffers.set(path, made);
    return made;
  }

  /** Takes over a new buffer of the carrier or of another session, and frees the old one. */
  replace(vector: string, chunk: Chunk, buffer: ort.Tensor, maker?: Session): void {
    this.#check(vector);
    this.#put(slotPath(vector, chunk.name), buffer, maker);
  }

  /** Copies the buffers that a session made, so that it can be released. */
  async leave(maker: Session): Promise<void> {
    for (const [path, buffer] of [...this.#buffers]) {
      if (this.#makers.get(buffer) === maker) this.#put(path, await this.carrier.copy(buffer));
    }
  }

  #put(path: string, buffer: ort.Tensor, maker?: Session): void {
    const old = this.#buffers.get(path);
    this.#buffers.set(path, buffer);
    if (maker) this.#makers.set(buffer, maker);
    if (!old) return;
    this.#makers.delete(old);
    old.dispose();
  }

  async read(vector: string): Promise<Map<string, Float32Array>> {
    this.#check(vector);
    const values = new Map<string, Float32Array>();
    for (const chunk of this.chunks) {
      const numbers = await this.#download(vector, chunk);
      for (const { tensor, offset, size } of chunk.tensors) {
        values.set(tensor.name, numbers.slice(offset, offset + size));
      }
    }
    // In the order of the tensors, whatever their groups.
    return new Map(this.tensors.map(({ name }) => [name, values.get(name)!]));
  }

  async write(vector: string, values: ReadonlyMap<string, Float32Array>): Promise<void> {
    this.#check(vector);
    for (const [name, { length }] of values) {
      const size = this.#placed.get(name)?.placed.size ?? 0;
      if (size !== length) {
        throw new TunebookError(
          "weights",
          `the state ${slotPath(vector, name)} takes ${size} numbers, not ${length}`,
        );
      }
    }
    for (const chunk of this.chunks) {
      const given = chunk.tensors.filter(({ tensor }) => values.has(tensor.name));
      if (given.length === 0) continue;
      const numbers = given.length === chunk.tensors.length
        ? new Float32Array(chunk.size)
        : await this.#download(vector, chunk);
      for (const { tensor, offset } of given) numbers.set(values.get(tensor.name)!, offset);
      this.replace(vector, chunk, await this.carrier.upload(numbers));
    }
  }

  dispose(): void {
    for (const buffer of this.#buffers.values()) buffer.dispose();
    this.#buffers.clear();
    this.#makers.clear();
    this.carrier.dispose();
  }

  async #download(vector: string, chunk: Chunk): Promise<Float32Array> {
    const buffer = this.#buffers.get(slotPath(vector, chunk.name));
    return buffer ? await this.carrier.download(buffer) : new Float32Array(chunk.size);
  }

  #check(vector: string): void {
    if (this.#vectors.has(vector)) return;
    throw new TunebookError("unsupported", `the state has no vector "${vector}"`);
  }
}

function layOut(tensors: readonly StateTensor[], maxElements: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (const [group, members] of Map.groupBy(tensors, ({ group }) => group)) {
    let tensors: PlacedTensor[] = [];
    let end = 0;
    const close = () => {
      const size = Math.ceil(end / alignment) * alignment;
      chunks.push({ name: `${group} ${chunks.length}`, group, tensors, size });
      [tensors, end] = [[], 0];
    };
    for (const tensor of members) {
      const size = sizeOf(tensor.shape);
      if (end > 0 && end + size > maxElements) close();
      tensors.push({ tensor, offset: end, size });
      end += size;
    }
    if (end > 0) close();
  }
  return chunks;
}
