/**
 * Layers that a compiled device computes in one node and other backends out of smaller ops.
 *
 * @module
 */
import { type NamedAttrMap, type Tensor, tf } from "../tf.ts";
import { tracesFor } from "../trace_backend.ts";

/** What a kernel needs. */
export interface SingleNodeOptions {
  /**
   * `contrib`: it is an operator of the runtime's own, which exported files do without, and WebGPU may
   * lack; `infers`: it has no gradient, and only processors have it; `integers`: it multiplies whole
   * numbers of eight bits, which only processors do; `processor`: other
   * providers lack it.
   */
  readonly needs?: "contrib" | "infers" | "integers" | "processor";
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
  { needs }: SingleNodeOptions = {},
): Tensor[] {
  const engine = tf.engine();
  if (needs && !tracesFor(needs)) return composed();
  if (!tf.getKernel(name, engine.backendName)) return composed();
  return engine.runKernel(name, inputs, attrs) as unknown as Tensor[];
}
