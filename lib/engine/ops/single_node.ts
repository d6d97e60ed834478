/**
 * Layers that a compiled device computes in one node and other backends out of smaller ops.
 *
 * @module
 */
import { type NamedAttrMap, type Tensor, tf } from "../tf.ts";
import { tracesRuntimeOps } from "../trace_backend.ts";

/** What a kernel needs. */
export interface SingleNodeOptions {
  /** It is an operator of the runtime's own, which exported files do without, and WebGPU may lack. */
  readonly contrib?: boolean;
}

/**
 * Runs the kernel `name` where the present backend has it, and `composed` elsewhere. Both give
 * the same tensors.
 */
export function singleNode(
  name: string,
  inputs: Record<string, Tensor>,
  attrs: NamedAttrMap,
  composed: () => Tensor[],
  { contrib = false }: SingleNodeOptions = {},
): Tensor[] {
  const engine = tf.engine();
  if (contrib && !tracesRuntimeOps()) return composed();
  if (!tf.getKernel(name, engine.backendName)) return composed();
  return engine.runKernel(name, inputs, attrs) as unknown as Tensor[];
}
