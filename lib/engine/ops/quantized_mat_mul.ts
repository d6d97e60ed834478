/**
 * Products with a matrix that is held in four or eight bits a number. Only x takes a gradient.
 *
 * @module
 */
import {
  bitsOf,
  blocksPerRow,
  codeBook,
  type QuantizedLayout,
  zeroPoint,
} from "../quantized_weight.ts";
import { type Tensor, tf } from "../tf.ts";
import { singleNode } from "./single_node.ts";

/** The two tensors that hold a matrix. */
export interface QuantizedTensors {
  /** uint8 in a compiled program, int32 on an eager device. */
  readonly codes: Tensor;
  readonly scales: Tensor;
}

/**
 * x·Wᵀ, with dx = dy·W from the same quantised numbers, so that it is the exact gradient.
 *
 * @param x [tokens, inFeatures]
 * @returns [tokens, outFeatures]
 */
export function quantizedMatMul(
  x: Tensor,
  quantized: QuantizedTensors,
  layout: QuantizedLayout,
): Tensor {
  const run = tf.customGrad((...args) => {
    const rows = args[0] as unknown as Tensor;
    const save = args[1] as unknown as (tensors: Tensor[]) => void;
    save([quantized.codes, quantized.scales]);
    return {
      value: product(rows, quantized, layout, false),
      gradFunc: (dy: Tensor, [codes, scales]: Tensor[]) =>
        product(dy, { codes, scales }, layout, true),
    };
  });
  return run(x);
}

function product(
  x: Tensor,
  { codes, scales }: QuantizedTensors,
  { format, outFeatures, inFeatures, blockSize }: QuantizedLayout,
  backward: boolean,
): Tensor {
  const layout = { format, outFeatures, inFeatures, blockSize };
  const [made] = singleNode(
    codeBook(format) ? "MatMulBnb4" : "MatMulNBits",
    { x, codes, scales },
    { ...layout, backward },
    () => [tf.matMul(x, dequantized({ codes, scales }, layout), false, !backward)],
  );
  return made;
}

/** The matrix as float32, by ops that every backend has. */
function dequantized({ codes, scales }: QuantizedTensors, layout: QuantizedLayout): Tensor {
  const { format, outFeatures, inFeatures, blockSize } = layout;
  const book = codeBook(format);
  const flat = tf.reshape(codes, [-1]);
  const sixteen = tf.scalar(16, "int32");
  const halves = () => [tf.floorDiv(flat, sixteen), tf.mod(flat, sixteen)];
  if (!book) {
    const whole = bitsOf(format) === 8 ? flat : tf.stack(halves().reverse(), 1);
    const blocks = tf.reshape(tf.cast(whole, "float32"), [-1, blockSize]);
    const numbers = tf.mul(tf.sub(blocks, zeroPoint(format)), tf.reshape(scales, [-1, 1]));
    const padded = blocksPerRow(layout) * blockSize;
    return tf.slice(tf.reshape(numbers, [outFeatures, padded]), [0, 0], [outFeatures, inFeatures]);
  }
  const size = outFeatures * inFeatures;
  const ids = tf.slice(tf.reshape(tf.stack(halves(), 1), [-1]), [0], [size]);
  const rest = scales.size * blockSize - size;
  const numbers = tf.pad(tf.gather(tf.tensor1d([...book]), ids), [[0, rest]]);
  const scaled = tf.mul(tf.reshape(numbers, [-1, blockSize]), tf.reshape(scales, [-1, 1]));
  return tf.reshape(tf.slice(tf.reshape(scaled, [-1]), [0], [size]), [outFeatures, inFeatures]);
}
