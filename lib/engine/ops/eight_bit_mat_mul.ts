/**
 * Products with frozen matrices in eight-bit arithmetic, forward and backward: both sides are rounded to
 * whole numbers, which are multiplied exactly.
 *
 * @module
 */
import { leastLargest, maxCode } from "../eight_bit_weight.ts";
import { type Tensor, tf } from "../tf.ts";
import { singleNode } from "./single_node.ts";

/** Codes with their scales; int8 in a compiled program, int32 on an eager device. */
export interface EightBitTensors {
  readonly codes: Tensor;
  readonly scales: Tensor;
}

/** A frozen matrix: codes for each of its two products, or one for both (`EightBitUse`). */
export type EightBitMatrix =
  | { readonly forward: EightBitTensors; readonly backward: EightBitTensors }
  | { readonly rows: EightBitTensors };

/**
 * x·Wᵀ, with dx = dy·W computed in the same way: a scale for each row of x or dy, one for each column of
 * the result (SwitchBack, arXiv 2304.13013). The gradient is that of the product before rounding.
 *
 * @param x [tokens, inFeatures]
 * @returns [tokens, outFeatures]
 */
export function eightBitMatMul(x: Tensor, matrix: EightBitMatrix): Tensor {
  const run = tf.customGrad((...args) => {
    const rows = args[0] as unknown as Tensor;
    const save = args[1] as unknown as (tensors: Tensor[]) => void;
    if ("rows" in matrix) {
      save([matrix.rows.codes, matrix.rows.scales]);
      return {
        value: product(rows, matrix.rows, { turned: true }),
        // The rows' scales belong to what is summed over here, so that dy takes them.
        gradFunc: (dy: Tensor, [codes, scales]: Tensor[]) => product(tf.mul(dy, scales), { codes }),
      };
    }
    save([matrix.backward.codes, matrix.backward.scales]);
    return {
      value: product(rows, matrix.forward),
      gradFunc: (dy: Tensor, [codes, scales]: Tensor[]) => product(dy, { codes, scales }),
    };
  });
  return run(x);
}

/** x·B for codes of B, or those of Bᵀ where they are `turned`. */
function product(
  x: Tensor,
  { codes, scales }: { readonly codes: Tensor; readonly scales?: Tensor },
  { turned = false } = {},
): Tensor {
  const [made] = singleNode(
    "EightBitMatMul",
    { x, codes, ...(scales ? { scales } : {}) },
    { turned },
    () => {
      const largest = tf.max(tf.abs(x), 1, true);
      const rowScale = tf.mul(tf.maximum(largest, leastLargest), 1 / maxCode); // [tokens, 1]
      const whole = tf.round(tf.div(x, rowScale));
      const sums = tf.matMul(whole, tf.cast(codes, "float32"), false, turned);
      return [tf.mul(scales ? tf.mul(sums, scales) : sums, rowScale)];
    },
    { needs: "integers" },
  );
  return made;
}
