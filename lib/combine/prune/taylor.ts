/**
 * Units by what the loss would change without them, to the first order.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";
import type { AttachedMethod } from "../../nn/method.ts";
import { noAdapter } from "../../nn/merge.ts";
import type { UnitGroup } from "./unit_group.ts";
import type { UnitScores } from "./unit_scores.ts";

/** The name of the gates of a group of units. */
export function gateName({ reader }: UnitGroup): string {
  return `${reader.path}.gates`;
}

/**
 * A gate of 1 behind each unit, as a method whose parameters are the gates. The gradient of a gate is the sum of
 * gradient times activation of its unit, and of gradient times weight of the weights that read it.
 */
export function unitGates(groups: readonly UnitGroup[]): AttachedMethod {
  const byReader = new Map(groups.map((group) => [group.reader.path, group]));
  return {
    ...noAdapter,
    parameters: groups.map((group) => ({
      name: gateName(group),
      shape: [group.units],
      decay: false,
      initial: () => new Float32Array(group.units).fill(1),
    })),
    targets: [...byReader.keys()],
    linearInput(path, x, context) {
      const group = byReader.get(path);
      return group ? gated(x, context.parameter(gateName(group)), group) : x;
    },
  };
}

function gated(x: Tensor, gates: Tensor, { units, reader: { size } }: UnitGroup): Tensor {
  if (size === 1) return tf.mul(x, gates);
  const byUnit = tf.reshape(x, [-1, units, size]); // [tokens, units, size]
  return tf.reshape(tf.mul(byUnit, tf.reshape(gates, [1, units, 1])), x.shape as [number, number]);
}

/**
 * The mean over rows of the size of the gates' gradients (Michel et al. 2019, arXiv 1905.10650; Molchanov et al.
 * 2019, arXiv 1906.10771, without the square): gradient times weight, summed over all that reads a unit.
 *
 * @param gradients of the loss of each row alone, [rows][units]
 */
export function taylorScores(
  { units }: Pick<UnitGroup, "units">,
  gradients: readonly ArrayLike<number>[],
): UnitScores {
  const scores = new Float64Array(units);
  for (const ofRow of gradients) {
    for (let unit = 0; unit < units; unit++) scores[unit] += Math.abs(ofRow[unit]);
  }
  return scores.map((sum) => sum / gradients.length);
}
