/**
 * A bidirectional LSTM over a sequence of fixed length, as `torch.nn.LSTM` computes and names it:
 * gates in the order input, forget, cell, output; `weight_ih_l<layer>[_reverse]` [4·hidden, inFeatures].
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";
import type { HookContext, Parameter } from "../../nn/method.ts";
import { uniform } from "./dense.ts";

/** The sizes of an LSTM. */
export interface LstmSizes {
  readonly name: string;
  readonly inFeatures: number;
  readonly hidden: number;
  readonly layers: number;
  /** Between layers, in training. */
  readonly dropout: number;
}

const directions = ["", "_reverse"];

/** The tensors, uniform within ±1/√hidden. */
export function lstmParameters({ name, inFeatures, hidden, layers }: LstmSizes): Parameter[] {
  const gates = 4 * hidden;
  const parameter = (role: string, shape: number[]): Parameter => ({
    name: `${name}.${role}`,
    shape,
    decay: shape.length > 1,
    initial: (random) =>
      uniform(random, shape.reduce((size, dim) => size * dim, 1), 1 / Math.sqrt(hidden)),
  });
  return Array.from({ length: layers }, (_, layer) =>
    directions.flatMap((direction) => {
      const wide = layer === 0 ? inFeatures : 2 * hidden;
      return [
        parameter(`weight_ih_l${layer}${direction}`, [gates, wide]),
        parameter(`weight_hh_l${layer}${direction}`, [gates, hidden]),
        parameter(`bias_ih_l${layer}${direction}`, [gates]),
        parameter(`bias_hh_l${layer}${direction}`, [gates]),
      ];
    })).flat();
}

/** x [steps, inFeatures] → [steps, 2·hidden]: forward beside backward. */
export function lstm(
  { name, hidden, layers, dropout }: LstmSizes,
  x: Tensor,
  context: HookContext,
) {
  let given = x;
  for (let layer = 0; layer < layers; layer++) {
    const input = layer > 0 ? context.dropout(given, dropout) : given;
    const both = directions.map((direction) => {
      const of = (role: string) => context.parameter(`${name}.${role}_l${layer}${direction}`);
      return pass(input, hidden, of, direction !== "");
    });
    given = tf.concat(both, 1);
  }
  return given;
}

/** One direction of one layer. */
function pass(
  x: Tensor,
  hidden: number,
  of: (role: string) => Tensor,
  backwards: boolean,
): Tensor {
  const steps = x.shape[0];
  // What comes from the input is one product for all steps.
  const fromInput = tf.add(
    tf.matMul(x, of("weight_ih"), false, true),
    tf.add(of("bias_ih"), of("bias_hh")),
  ); // [steps, 4·hidden]
  const made: Tensor[] = [];
  let state: { h: Tensor; c: Tensor } | undefined;
  for (let i = 0; i < steps; i++) {
    const at = backwards ? steps - 1 - i : i;
    const row = tf.slice(fromInput, [at, 0], [1, 4 * hidden]);
    const gates = state ? tf.add(row, tf.matMul(state.h, of("weight_hh"), false, true)) : row;
    const gate = (index: number) => tf.slice(gates, [0, index * hidden], [1, hidden]);
    const fresh = tf.mul(tf.sigmoid(gate(0)), tf.tanh(gate(2)));
    const c = state ? tf.add(tf.mul(tf.sigmoid(gate(1)), state.c), fresh) : fresh;
    const h = tf.mul(tf.sigmoid(gate(3)), tf.tanh(c));
    state = { h, c };
    made[at] = h;
  }
  return tf.concat(made, 0);
}
