/**
 * A tensor that a compiled device can have only after another one.
 *
 * @module
 */
import type { Tensor } from "../tf.ts";
import { singleNode } from "./single_node.ts";

/**
 * `x` itself, but not before `event` is computed. Devices that run op by op keep the program's
 * order anyway. A compiled device sees through an event whose size is known beforehand, so it should
 * have an open dimension.
 */
export function after(x: Tensor, event: Tensor): Tensor {
  return singleNode("After", { x, event }, {}, () => [x])[0];
}
