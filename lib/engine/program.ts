/**
 * A program: a pure function of tensors with named inputs, each in one of three roles. A device
 * compiles it once and runs it for every batch.
 *
 * @module
 */
import type { Tensor, TypedArray } from "./tf.ts";

/** A size, or the name of a size that is known only at run time. */
export type Dim = number | string;

/**
 * What an input is for: `frozen` weights never change and are compiled in; `state` lives on the
 * device between runs; `feed` comes with every run.
 */
export type Role = "frozen" | "state" | "feed";

/** One input of a program. */
export interface InputSpec {
  readonly role: Role;
  readonly type: "float32" | "int32" | "bool" | "uint8" | "int8";
  readonly shape: readonly Dim[];
  /** The type in the exported graph, where another one is customary: token ids are int64 there. */
  readonly exportType?: "int64";
}

/** A pure function of tensors. It may run on any backend and is traced by the compiled devices. */
export interface Program {
  readonly name: string;
  /**
   * True where nobody takes a gradient: a processor may then use nodes that have none, and multiply by
   * integer weights as llama.cpp does, with the other side rounded to eight bits.
   */
  readonly isInference?: boolean;
  /** True where matrices are rounded to eight bits in the program itself. */
  readonly roundsMatrices?: boolean;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  compute(inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor>;
}

/** Numbers with their shape, as they go in and come out of a step. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** Where the frozen weights come from: called once for each, in the order of the inputs. */
export interface FrozenSource {
  (name: string): Float32Array | Int32Array | Uint8Array | Int8Array;
  /** What holds the numbers: of one holder the same name has the same numbers, also in other programs. */
  readonly holderOf?: (name: string) => object | undefined;
}

/** A source that tells what holds its numbers. */
export function heldSource(
  read: (name: string) => ReturnType<FrozenSource>,
  holderOf: FrozenSource["holderOf"],
): FrozenSource {
  return holderOf ? Object.assign((name: string) => read(name), { holderOf }) : read;
}

/** The names of a program's inputs in one role. */
export function inputsOf(program: Program, role: Role): string[] {
  return Object.entries(program.inputs)
    .filter(([, spec]) => spec.role === role)
    .map(([name]) => name);
}

/** The names of all open dimensions, in order of appearance. */
export function openNames(program: Program): string[] {
  const names = new Set<string>();
  for (const { shape } of Object.values(program.inputs)) {
    for (const dim of shape) if (typeof dim === "string") names.add(dim);
  }
  return [...names];
}
