/**
 * The one door to tensorflow.js: every other file takes `tf` and its types from here.
 *
 * @module
 */
/**
 * tensorflow.js' core: the operations that programs are written in. Inside a program a device decides
 * what they do; outside of one they need a device `tfjs:…` to be open.
 *
 * @example
 * ```ts
 * import { openDevice, type Program, tf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const program: Program = {
 *   name: "means",
 *   inputs: { x: { role: "feed", type: "float32", shape: ["rows", 2] } },
 *   compute: ({ x }) => ({ mean: tf.mean(x, 1) }),
 * };
 * const device = await openDevice("cpu");
 * const compiled = await device.compile(program, { frozen: () => new Float32Array() });
 * const { mean } = await compiled.run({ x: { shape: [1, 2], data: Float32Array.of(1, 3) } });
 * assert.deepEqual([...mean.data], [2]);
 * await compiled.dispose();
 * ```
 */
export * as tf from "@tensorflow/tfjs-core";
export type { DataType, NamedAttrMap, Tensor, TensorInfo } from "@tensorflow/tfjs-core";
/** What fills a tensor. */
export type TypedArray = Float32Array | Int32Array | Uint8Array | Int8Array;
