/**
 * Activation functions by the names that checkpoints use.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { ops, type Tensor, tf } from "../engine/mod.ts";

const activations: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  gelu: ops.gelu,
  relu: tf.relu,
  tanh: tf.tanh,
};

/** Applies the activation that `config.json` names. */
export function activation(name: string, x: Tensor): Tensor {
  const found = activations[name];
  if (found) return found(x);
  throw new TunebookError(
    "unsupported",
    `the activation "${name}" is not known; known are ${Object.keys(activations).join(", ")}`,
  );
}
