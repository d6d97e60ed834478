/**
 * Runs one program on two devices and compares what comes out: shapes, types and numbers.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import { openDevice } from "../../lib/engine/devices/open_device.ts";
import type { HostTensor, InputSpec, Program } from "../../lib/engine/program.ts";
import { type Tensor, tf, type TypedArray } from "../../lib/engine/tf.ts";

/** An input of a case. */
export interface Given extends HostTensor {
  readonly type: InputSpec["type"];
}

/** One program of one kernel. */
export interface Case {
  /** The kernel that must be called. */
  readonly kernel: string;
  /** What is special about the case. */
  readonly name: string;
  readonly inputs: readonly Given[];
  run(...tensors: Tensor[]): Tensor | Tensor[];
  /** What comes out, where tensorflow.js' cpu backend is wrong: then no eager one is compared. */
  readonly wanted?: Given;
  /** Why tensorflow.js' wasm backend is not compared: its own limits and mistakes. */
  readonly notOnWasm?: string;
}

let seed = 0;

/** Uniform numbers in [low, high), other ones for each call. */
export function floats(shape: number[], low = -2, high = 2): Given {
  const random = Random.fromSeed(++seed, "case");
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size }, () => low + (high - low) * random.uniform());
  return { type: "float32", shape, data };
}

/** Whole numbers from `low` up to and including `high`. */
export function ints(shape: number[], low = -5, high = 5): Given {
  const random = Random.fromSeed(++seed, "case");
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Int32Array.from({ length: size }, () => low + random.integer(high - low + 1));
  return { type: "int32", shape, data };
}

/** Truth values. */
export function bools(shape: number[]): Given {
  const { data } = ints(shape, 0, 1);
  return { type: "bool", shape, data: Uint8Array.from(data) };
}

/** Given numbers. */
export function given(type: Given["type"], shape: number[], numbers: readonly number[]): Given {
  const data: TypedArray = type === "float32"
    ? Float32Array.from(numbers)
    : type === "int32"
    ? Int32Array.from(numbers)
    : Uint8Array.from(numbers);
  return { type, shape, data };
}

/** A case as a program with fixed shapes. */
export function programOf({ kernel, name, inputs, run }: Case): Program {
  return {
    name: `${kernel} (${name})`,
    inputs: Object.fromEntries(
      inputs.map(({ type, shape }, i) => [`in${i}`, { role: "feed", type, shape }]),
    ),
    compute: (tensors) => {
      const made = [run(...inputs.map((_, i) => tensors[`in${i}`]))].flat();
      return Object.fromEntries(made.map((tensor, i) => [`out${i}`, tensor]));
    },
  };
}

/** Runs a program once. */
export async function runOn(
  device: string,
  program: Program,
  feeds: Record<string, HostTensor>,
): Promise<Record<string, HostTensor>> {
  const step = await (await openDevice(device)).compile(program, {
    frozen: () => new Float32Array(),
  });
  try {
    return await step.run(feeds);
  } finally {
    await step.dispose();
  }
}

/** The feeds of a case. */
export function feedsOf({ inputs }: Case): Record<string, HostTensor> {
  return Object.fromEntries(inputs.map(({ shape, data }, i) => [`in${i}`, { shape, data }]));
}

/** The kernels that an eager device calls for a case. */
export async function kernelsOf(each: Case): Promise<string[]> {
  await openDevice("tfjs:cpu");
  const { kernelNames } = await tf.profile(() => {
    tf.tidy(() =>
      programOf(each).compute(
        Object.fromEntries(
          each.inputs.map(({ data, shape, type }, i) => [
            `in${i}`,
            tf.tensor(data, [...shape], type === "uint8" || type === "int8" ? "int32" : type),
          ]),
        ),
      )
    );
    return tf.scalar(0);
  });
  return kernelNames;
}

/** Fails where shapes or types differ, or a number by more than `tolerance`, absolute or relative. */
export function assertClose(
  found: Record<string, HostTensor>,
  wanted: Record<string, HostTensor>,
  where: string,
  tolerance = 1e-5,
): void {
  assert.deepEqual(Object.keys(found), Object.keys(wanted), where);
  for (const [name, { shape, data }] of Object.entries(wanted)) {
    const other = found[name];
    assert.deepEqual([...other.shape], [...shape], `${where}: shape of ${name}`);
    assert.equal(other.data.constructor.name, data.constructor.name, `${where}: type of ${name}`);
    assert.equal(other.data.length, data.length, `${where}: length of ${name}`);
    const limit = data instanceof Float32Array ? tolerance : 0;
    for (let i = 0; i < data.length; i++) {
      const [a, b] = [other.data[i], data[i]];
      const close = Object.is(a, b) || Math.abs(a - b) <= limit * Math.max(1, Math.abs(b));
      assert(close, `${where}: ${name}[${i}] is ${a} instead of ${b}`);
    }
  }
}
