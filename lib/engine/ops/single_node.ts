/**
 * Layers that a compiled device computes in one node and other backends out of smaller ops.
 *
 * @module
 */
import { type NamedAttrMap, type Tensor, tf } from "../tf.ts";

/**
 * Runs the kernel `name` where the present backend has it, and `composed` elsewhere. Both give
 * the same tensors.
 */
export function singleNode(
  name: string,
  inputs: Record<string, Tensor>,
  attrs: NamedAttrMap,
  composed: () => Tensor[],
): Tensor[] {
  const engine = tf.engine();
  if (!tf.getKernel(name, engine.backendName)) return composed();
  return engine.runKernel(name, inputs, attrs) as unknown as Tensor[];
}
