/**
 * Rewrites a program that reads and writes tensors of a state into one that reads and writes whole
 * chunks, which is how a GPU keeps them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { InputSpec, Program } from "../program.ts";
import { type Tensor, tf } from "../tf.ts";
import type { BufferState, Chunk } from "./buffer_state.ts";
import { slotPath } from "./device.ts";

/** A program over chunks. */
export interface PackedProgram {
  readonly program: Program;
  /** Name of an input or output → the chunk of a vector that it is. */
  readonly chunks: ReadonlyMap<string, { readonly vector: string; readonly chunk: Chunk }>;
}

/** Lets `program` cut its tensors out of chunks, and join what it writes into chunks. */
export function packState(program: Program, state: BufferState): PackedProgram {
  const chunks = new Map<string, { vector: string; chunk: Chunk }>();
  const inputs: Record<string, InputSpec> = {};
  const declare = (path: string) => {
    const found = state.find(path);
    if (!found) return undefined;
    const name = chunkPath(found.vector, found.chunk);
    chunks.set(name, found);
    return { ...found, name };
  };
  for (const [path, spec] of Object.entries(program.inputs)) {
    const found = spec.role === "state" ? declare(path) : undefined;
    if (found) inputs[found.name] = { ...spec, shape: [found.chunk.size] };
    else inputs[path] = spec;
  }
  const compute = (tensors: Readonly<Record<string, Tensor>>) => {
    const own: Record<string, Tensor> = {};
    for (const [path, { role, shape }] of Object.entries(program.inputs)) {
      const found = role === "state" ? state.find(path) : undefined;
      if (!found) {
        own[path] = tensors[path];
        continue;
      }
      const whole = tensors[chunkPath(found.vector, found.chunk)];
      const part = tf.slice(whole, [found.placed.offset], [found.placed.size]);
      own[path] = tf.reshape(part, shape as number[]);
    }
    const results: Record<string, Tensor> = {};
    const written = new Map<string, Map<string, Tensor>>();
    for (const [path, result] of Object.entries(program.compute(own))) {
      const found = declare(path);
      if (!found) {
        results[path] = result;
        continue;
      }
      const parts = written.get(found.name) ?? new Map<string, Tensor>();
      written.set(found.name, parts.set(found.placed.tensor.name, tf.reshape(result, [-1])));
    }
    for (const [name, parts] of written) {
      const { vector, chunk } = chunks.get(name)!;
      results[name] = join(chunk, parts, tensors[name], vector, program.name);
    }
    return results;
  };
  return { program: { name: program.name, inputs, compute }, chunks };
}

function join(
  { tensors, size }: Chunk,
  parts: ReadonlyMap<string, Tensor>,
  old: Tensor | undefined,
  vector: string,
  program: string,
): Tensor {
  const pieces = tensors.map(({ tensor, offset, size }) => {
    const part = parts.get(tensor.name) ?? (old && tf.slice(old, [offset], [size]));
    if (part) return part;
    throw new TunebookError(
      "unsupported",
      `${program}: a program that writes ${vector} must read it or write all of it; ` +
        `${slotPath(vector, tensor.name)} is missing`,
    );
  });
  const padding = size - tensors.reduce((end, each) => end + each.size, 0);
  return tf.concat(padding > 0 ? [...pieces, tf.zeros([padding])] : pieces, 0);
}

function chunkPath(vector: string, chunk: Chunk): string {
  return slotPath(vector, `chunk ${chunk.name}`);
}
