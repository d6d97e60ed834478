/**
 * A scalar function's value together with its gradients.
 *
 * @module
 */
import { type Tensor, tf } from "./tf.ts";

/**
 * The value of `compute` and its derivative by each of `parameters`. A parameter that the value
 * does not depend on gets zeros. Side results of `compute` stay usable.
 *
 * @param compute returns a scalar
 */
export function valueAndGradients(
  compute: () => Tensor,
  parameters: Readonly<Record<string, Tensor>>,
): { value: Tensor; gradients: Record<string, Tensor> } {
  const names = Object.keys(parameters);
  const list = names.map((name) => parameters[name]);
  const { value, grads } = tf.engine().gradients(() => compute(), list, undefined, true);
  const gradients: Record<string, Tensor> = {};
  names.forEach((name, i) => gradients[name] = grads[i] ?? tf.zerosLike(list[i]));
  return { value, gradients };
}
