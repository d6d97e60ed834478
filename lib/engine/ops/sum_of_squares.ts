/**
 * The sum of squares of all elements.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { singleNode } from "./single_node.ts";

/** Σx², a scalar, in one pass where the device has one. It takes no gradient. */
export function sumOfSquares(x: Tensor): Tensor {
  return singleNode("SumOfSquares", { x }, {}, () => [tf.sum(tf.square(x))], {
    needs: "contrib",
  })[0];
}
