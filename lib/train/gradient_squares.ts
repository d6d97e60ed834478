/**
 * The sums of the gradients' squares, from which the global norm follows, made in the gradient program where
 * each gradient is still in the processor's caches.
 *
 * @module
 */
import { type HostTensor, ops, type StateTensor, type Tensor, tf } from "../engine/mod.ts";

const prefix = "squares of ";

/** A scalar for each group of tensors, as results of a program. */
export function squaresByGroup(
  gradients: Readonly<Record<string, Tensor>>,
  tensors: readonly StateTensor[],
): Record<string, Tensor> {
  return Object.fromEntries(
    [...Map.groupBy(tensors.filter(({ name }) => gradients[name]), ({ group }) => group)].map((
      [group, members],
    ) => [
      `${prefix}${group}`,
      members.map(({ name }) => ops.sumOfSquares(gradients[name])).reduce((a, b) => tf.add(a, b)),
    ]),
  );
}

/** The sums by group among a program's results; nothing where it made none. */
export function foundSquares(
  results: Readonly<Record<string, HostTensor>>,
): ReadonlyMap<string, number> | undefined {
  const found = Object.entries(results).filter(([name]) => name.startsWith(prefix))
    .map(([name, { data }]) => [name.slice(prefix.length), Number(data[0])] as const);
  return found.length > 0 ? new Map(found) : undefined;
}
