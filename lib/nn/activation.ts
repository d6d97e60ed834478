/**
 * Activation functions by the names that checkpoints use.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { ops, type Tensor, tf } from "../engine/mod.ts";

/** The cubic term of the approximation of GELU by a hyperbolic tangent (arXiv 1606.08415). */
const cubicShare = 0.044715;
/** The slope of the approximation of GELU by a sigmoid (same source). */
const sigmoidSlope = 1.702;

function geluByTanh(x: Tensor): Tensor {
  const cubic = tf.mul(tf.mul(tf.square(x), x), cubicShare);
  const inner = tf.mul(tf.add(x, cubic), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

const activations: ReadonlyMap<string, (x: Tensor) => Tensor> = new Map([
  ["gelu", ops.gelu],
  ["gelu_python", ops.gelu],
  ["gelu_new", geluByTanh],
  ["gelu_fast", geluByTanh],
  ["gelu_pytorch_tanh", geluByTanh],
  ["quick_gelu", (x: Tensor) => tf.mul(x, tf.sigmoid(tf.mul(x, sigmoidSlope)))],
  ["relu", (x: Tensor) => tf.relu(x)],
  ["relu6", (x: Tensor) => tf.relu6(x)],
  ["silu", ops.silu],
  ["swish", ops.silu],
  ["tanh", (x: Tensor) => tf.tanh(x)],
]);

/** The names that `config.json` may use. */
export const activationNames: readonly string[] = [...activations.keys()];

/**
 * Applies the activation that `config.json` names; one that is not known is an error of kind
 * "unsupported" with those that are.
 *
 * @example
 * ```ts
 * import { activation, openDevice, type Program } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const program: Program = {
 *   name: "activation",
 *   inputs: { x: { role: "feed", type: "float32", shape: [2] } },
 *   compute: ({ x }) => ({ y: activation("relu", x) }),
 * };
 * const device = await openDevice("cpu");
 * const compiled = await device.compile(program, { frozen: () => new Float32Array() });
 * const { y } = await compiled.run({ x: { shape: [2], data: Float32Array.of(-1, 1) } });
 * assert.deepEqual([...y.data], [0, 1]);
 * await compiled.dispose();
 * ```
 */
export function activation(name: string, x: Tensor): Tensor {
  const found = activations.get(name);
  if (found) return found(x);
  throw new TunebookError(
    "unsupported",
    `the activation "${name}" is not known${didYouMean(name, activationNames)}; known are ${
      activationNames.join(", ")
    }`,
  );
}

/** The activation of `gate`, multiplied with `up` of the same shape. */
export function gatedActivation(name: string, gate: Tensor, up: Tensor): Tensor {
  return activations.get(name) === ops.silu
    ? ops.gatedSilu(gate, up)
    : tf.mul(activation(name, gate), up);
}
