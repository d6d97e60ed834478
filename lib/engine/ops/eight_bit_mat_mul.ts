/**
 * Products with frozen matrices in eight-bit arithmetic, forward and backward: both sides are rounded to
 * whole numbers, which are multiplied exactly.
 *
 * @module
 */
import { largestByte, largestCode, leastLargest } from "../eight_bit_weight.ts";
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
 * x·Wᵀ + b, with dx = dy·W computed in the same way. W has a scale for each column of the product. dy has
 * one for each row, since gradients of tokens differ in size (SwitchBack, arXiv 2304.13013). x has one
 * scale and a zero of its own, which costs fewer passes and, without the outlier columns, is as good.
 * The gradient is that of the product before rounding.
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
        const dx = shared
          ? product(tf.mul(dy, scales), { codes }, { byRow: true })
          : product(dy, { codes, scales }, { byRow: true });
        return bias ? [dx, tf.sum(dy, 0)] : [dx];
      },
    };
  });
  return bias ? run(x, bias) : run(x);
}

/**
 * The same with a weight that is trained (SwitchBack, arXiv 2304.13013): it is rounded in every run, and
 * its gradient dyᵀ·x is computed in float32.
 *
 * @param x [tokens, inFeatures]
 * @param weight [outFeatures, inFeatures]
 * @returns [tokens, outFeatures]
 */
export function trainedEightBitMatMul(
  x: Tensor,
  weight: Tensor,
  { bias, outlierColumns = 0 }: EightBitOptions = {},
): Tensor {
  const run = tf.customGrad((...args) => {
    const [rows, matrix] = args as unknown as Tensor[];
    const save = args.at(-1) as unknown as (tensors: Tensor[]) => void;
    const [codes, scales] = codesOf(matrix);
    save([rows, codes, scales]);
    const inputs = { codes, scales, ...(bias ? { bias } : {}) };
    return {
      value: product(rows, inputs, { turned: true, outlierColumns }),
      gradFunc(dy: Tensor, [rows, codes, scales]: Tensor[]) {
        const dx = product(tf.mul(dy, scales), { codes }, { byRow: true });
        const gradients = [dx, tf.matMul(dy, rows, true, false)];
        return bias ? [...gradients, tf.sum(dy, 0)] : gradients;
      },
    };
  });
  return bias ? run(x, weight, bias) : run(x, weight);
}

/** Codes [outFeatures, inFeatures] of a matrix, and the scales of its rows, [outFeatures]. */
function codesOf(weight: Tensor): Tensor[] {
  return singleNode("EightBitCodes", { weight }, {}, () => {
    const { whole, scale } = roundedByRow(weight);
    return [whole, tf.reshape(scale, [-1])];
  }, { needs: "integers" });
}

interface ProductInputs {
  readonly codes: Tensor;
  readonly scales?: Tensor;
  readonly bias?: Tensor;
}

interface ProductOptions {
  /** The codes are those of Bᵀ. */
  readonly turned?: boolean;
  /** x has a scale for each row. */
  readonly byRow?: boolean;
  readonly outlierColumns?: number;
}

/** x·B + bias for codes of B. */
function product(
  x: Tensor,
  { codes, scales, bias }: ProductInputs,
  { turned = false, byRow = false, outlierColumns = 0 }: ProductOptions,
): Tensor {
  const [made] = singleNode(
    "EightBitMatMul",
    { x, codes, ...(scales ? { scales } : {}), ...(bias ? { bias } : {}) },
    { turned, byRow, outlierColumns },
    () => {
      const numbers = tf.cast(codes, "float32");
      const multiplied = (a: Tensor, b: Tensor) => {
        const sums = tf.matMul(a, b, false, turned);
        return scales ? tf.mul(sums, scales) : sums;
      };
      const { whole, scale, columns } = byRow ? roundedByRow(x) : roundedAsWhole(x, outlierColumns);
      const y = tf.mul(multiplied(whole, numbers), scale);
      const z = bias ? tf.add(y, bias) : y;
      if (!columns) return [z];
      const of = (a: Tensor) => tf.gather(a, columns, 1);
      const rest = tf.sub(of(x), tf.mul(of(whole), scale)); // [tokens, outlierColumns]
      return [tf.add(z, multiplied(rest, tf.gather(numbers, columns, turned ? 1 : 0)))];
    },
    { needs: "integers" },
  );
  return made;
}

/** x as whole numbers around zero, in float32. */
interface Rounded {
  readonly whole: Tensor;
  /** A scalar, or [tokens, 1]. */
  readonly scale: Tensor;
  /** The outlier columns. */
  readonly columns?: Tensor;
}

function roundedByRow(x: Tensor): Rounded {
  const largest = tf.maximum(tf.max(tf.abs(x), 1, true), leastLargest);
  const scale = tf.mul(largest, 1 / largestCode);
  return { whole: tf.round(tf.div(x, scale)), scale };
}

function roundedAsWhole(x: Tensor, count: number): Rounded {
  const [top, bottom] = [tf.max(x, 0), tf.min(x, 0)];
  const columns = count === 0
    ? undefined
    : tf.topk(tf.maximum(top, tf.neg(bottom)), count).indices as Tensor;
  const others = columns
    ? tf.sub(1, tf.cast(tf.max(tf.oneHot(columns, x.shape[1]!), 0), "float32"))
    : tf.scalar(1);
  const upper = tf.maximum(tf.max(tf.mul(top, others)), leastLargest);
  const lower = tf.minimum(tf.min(tf.mul(bottom, others)), 0);
  const scale = tf.mul(tf.sub(upper, lower), 1 / largestByte);
  const zero = tf.round(tf.div(tf.neg(lower), scale));
  const bytes = tf.clipByValue(tf.add(tf.round(tf.div(x, scale)), zero), 0, largestByte);
  return { whole: tf.sub(bytes, zero), scale, ...(columns ? { columns } : {}) };
}
