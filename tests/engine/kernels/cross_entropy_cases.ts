/**
 * Cases of the cross-entropy of one class a row.
 *
 * @module
 */
import { classCrossEntropy } from "../../../lib/engine/ops/mod.ts";
import { type Tensor, tf } from "../../../lib/engine/tf.ts";
import { type Case, floats, type Given, given, ints } from "../parity.ts";

const inputs: Readonly<Record<string, readonly [Given, Given]>> = {
  "rows": [floats([5, 7]), ints([5], 0, 6)],
  "two classes": [floats([3, 2]), ints([3], 0, 1)],
  "no rows": [floats([0, 4]), ints([0])],
  "large numbers": [
    given("float32", [2, 3], [1e4, 0, -1e4, -1e9, -1e9, 0]),
    given("int32", [2], [0, 2]),
  ],
};

/** Cases of the cross-entropy of one class a row, and of its gradient. */
export const crossEntropyCases: readonly Case[] = [0, 0.1].flatMap((labelSmoothing) =>
  Object.entries(inputs).flatMap(([name, [logits, ids]]): Case[] => [
    {
      kernel: "ClassCrossEntropy",
      name: `${name}, smoothed by ${labelSmoothing}`,
      inputs: [logits, ids],
      run: (logits, ids) => classCrossEntropy(logits, ids, { labelSmoothing }),
    },
    {
      kernel: "ClassCrossEntropyGrad",
      name: `${name}, smoothed by ${labelSmoothing}`,
      inputs: [logits, ids, floats([logits.shape[0]])],
      run: (logits, ids, dy) =>
        tf.grad((logits) => classCrossEntropy(logits as Tensor, ids, { labelSmoothing }))(
          logits,
          dy,
        ),
    },
  ])
);
