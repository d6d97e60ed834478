/**
 * The one door to tensorflow.js: every other file takes `tf` and its types from here.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";

export { tf };
export type { DataType, NamedAttrMap, Tensor, TensorInfo } from "@tensorflow/tfjs-core";
/** What fills a tensor. */
export type TypedArray = Float32Array | Int32Array | Uint8Array;
