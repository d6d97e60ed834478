/**
 * A value function on the hidden states of a language model.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";
import type { Parameter } from "../../nn/method.ts";

/** Trained parameters of the loss, and what they make of hidden states. */
export interface ValueHead {
  /** `value.weight` [hiddenSize], `value.bias` []. */
  readonly parameters: readonly Parameter[];
  /**
   * What is expected in each state, [states].
   *
   * @param hidden [states, hiddenSize]
   * @param feeds with the parameters under their names
   */
  values(hidden: Tensor, feeds: Readonly<Record<string, Tensor>>): Tensor;
}

const weight = "value.weight";
const bias = "value.bias";

/**
 * A linear function of the hidden state, which starts at 0: a random start is noise as large as rewards, which
 * advantages would have to average away.
 */
export function valueHead(hiddenSize: number): ValueHead {
  return {
    parameters: [
      {
        name: weight,
        shape: [hiddenSize],
        decay: true,
        initial: () => new Float32Array(hiddenSize),
      },
      { name: bias, shape: [], decay: false, initial: () => new Float32Array(1) },
    ],
    values(hidden, { [weight]: row, [bias]: offset }) {
      const column = tf.reshape(row, [hiddenSize, 1]);
      return tf.add(tf.reshape(tf.matMul(hidden as never, column as never), [-1]), offset);
    },
  };
}
