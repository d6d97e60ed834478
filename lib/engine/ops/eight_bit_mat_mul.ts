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

/** What a product may have beside its matrix. */
export interface EightBitOptions {
  /** Added to each row, [outFeatures]. */
  readonly bias?: Tensor | undefined;
  /**
   * So many columns of x, those with the largest numbers, are multiplied in float32, so that the others
   * are rounded as if these were not there (LLM.int8, arXiv 2208.07339); none unless given.
   */
  readonly outlierColumns?: number;
}

/**
 * x·Wᵀ + b, with dx = dy·W computed in the same way: a scale for each row of x or dy, one for each column
 * of the result (SwitchBack, arXiv 2304.13013). The gradient is that of the product before rounding.
 *
 * @param x [tokens, inFeatures]
 * @returns [tokens, outFeatures]
 */
export function eightBitMatMul(
  x: Tensor,
  matrix: EightBitMatrix,
  { bias, outlierColumns = 0 }: EightBitOptions = {},
): Tensor {
  const shared = "rows" in matrix ? matrix.rows : undefined;
  const forward = "rows" in matrix ? matrix.rows : matrix.forward;
  const backward = "rows" in matrix ? matrix.rows : matrix.backward;
  const run = tf.customGrad((...args) => {
    const rows = args[0] as unknown as Tensor;
    const save = args.at(-1) as unknown as (tensors: Tensor[]) => void;
    save([backward.codes, backward.scales]);
    const options = { turned: shared !== undefined, outlierColumns };
    return {
      value: product(rows, { ...forward, ...(bias ? { bias } : {}) }, options),
      gradFunc(dy: Tensor, [codes, scales]: Tensor[]) {
        // Scales of rows belong to what is summed over here, so that dy takes them.
        const dx = shared ? product(tf.mul(dy, scales), { codes }) : product(dy, { codes, scales });
        return bias ? [dx, tf.sum(dy, 0)] : [dx];
      },
    };
  });
  return bias ? run(x, bias) : run(x);
}

interface ProductInputs {
  readonly codes: Tensor;
  readonly scales?: Tensor;
  readonly bias?: Tensor;
}

/** x·B for codes of B, or those of Bᵀ where they are `turned`. */
function product(
  x: Tensor,
  { codes, scales, bias }: ProductInputs,
  { turned = false, outlierColumns = 0 } = {},
): Tensor {
  const [made] = singleNode(
    "EightBitMatMul",
    { x, codes, ...(scales ? { scales } : {}), ...(bias ? { bias } : {}) },
    { turned, outlierColumns },
    () => {
      const found = outlierColumns > 0 ? outliersIn(x, outlierColumns) : undefined;
      const largest = tf.max(tf.abs(x), 1, true);
      const limited = found ? tf.minimum(largest, found.limit) : largest;
      const rowScale = tf.mul(tf.maximum(limited, leastLargest), 1 / maxCode); // [tokens, 1]
      const whole = tf.clipByValue(tf.round(tf.div(x, rowScale)), -maxCode - 1, maxCode);
      const numbers = tf.cast(codes, "float32");
      const multiplied = (a: Tensor, b: Tensor) => {
        const sums = tf.matMul(a, b, false, turned);
        return scales ? tf.mul(sums, scales) : sums;
      };
      const y = tf.mul(multiplied(whole, numbers), rowScale);
      if (!found) return [bias ? tf.add(y, bias) : y];
      const of = (a: Tensor) => tf.gather(a, found.columns, 1);
      const rest = tf.sub(of(x), tf.mul(of(whole), rowScale)); // [tokens, outlierColumns]
      const exact = multiplied(rest, tf.gather(numbers, found.columns, turned ? 1 : 0));
      return [tf.add(y, bias ? tf.add(exact, bias) : exact)];
    },
    { needs: "integers" },
  );
  return made;
}

/** The columns with the largest numbers, and the largest number of the others, [1]. */
function outliersIn(x: Tensor, count: number): { columns: Tensor; limit: Tensor } {
  const { values, indices } = tf.topk(tf.max(tf.abs(x), 0), count + 1);
  return { columns: tf.slice(indices, [0], [count]), limit: tf.slice(values, [count], [1]) };
}
