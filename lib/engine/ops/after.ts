/**
 * A tensor that a compiled device can have only after another one.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { singleNode } from "./single_node.ts";

/**
 * `x` itself, but not before all events are computed; its gradient is `x`'s alone. Devices that run op
 * by op keep the program's order anyway.
 */
export function after(x: Tensor, ...events: readonly Tensor[]): Tensor {
  const run = tf.customGrad((...args) => {
    const x = args[0] as unknown as Tensor;
    const inputs = { x, ...Object.fromEntries(events.entries()) };
    const [value] = singleNode("After", inputs, {}, () => [tf.reshape(x, x.shape)]);
    return { value, gradFunc: (dy: Tensor) => dy };
  });
  return run(x);
}
