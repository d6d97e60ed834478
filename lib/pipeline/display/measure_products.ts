/**
 * How fast this machine multiplies matrices, for forecasts.
 *
 * @module
 */
import {
  type Device,
  eightBitCodes,
  eightBitInputs,
  type FrozenSource,
  type InputSpec,
  ops,
  type Program,
  tf,
} from "../../engine/mod.ts";
import type { Compute } from "../../train/compute_option.ts";

/** Rows of the product unless given, and how often it is run; the first run is not counted. */
const [usualRows, runs] = [1024, 6];

/**
 * The rate of a product like those of a layer, x [rows, width] · Wᵀ [width, 4 · width], on a device, in
 * operations a second; 1024 rows unless given.
 */
export async function measureProducts(
  device: Device,
  width: number,
  compute: Compute = "float32",
  rows = usualRows,
): Promise<number> {
  const { program, frozen } = (compute === "int8" ? eightBitProduct : floatProduct)(width, rows);
  const step = await device.compile(program, { frozen });
  try {
    const x = { shape: [rows, width], data: new Float32Array(rows * width).fill(0.5) };
    let best = Infinity;
    for (let run = 0; run < runs; run++) {
      const began = performance.now();
      await step.run({ x });
      if (run > 0) best = Math.min(best, performance.now() - began);
    }
    return 2 * rows * width * 4 * width / (best / 1000);
  } finally {
    await step.dispose();
  }
}

interface MeasuredProduct {
  readonly program: Program;
  readonly frozen: FrozenSource;
}

const rowsOf = (width: number, rows: number): InputSpec => ({
  role: "feed",
  type: "float32",
  shape: [rows, width],
});

function numbersOf(width: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: width * 4 * width }, (_, i) => (i % 7) / 7);
}

function floatProduct(width: number, rows: number): MeasuredProduct {
  const numbers = numbersOf(width);
  return {
    program: {
      name: "product",
      inputs: {
        x: rowsOf(width, rows),
        w: { role: "frozen", type: "float32", shape: [width, 4 * width] },
      },
      compute: ({ x, w }) => ({ y: tf.sum(tf.matMul(x, w)) }),
    },
    frozen: () => numbers,
  };
}

function eightBitProduct(width: number, rows: number): MeasuredProduct {
  const size = [4 * width, width];
  const made = eightBitCodes("forward", numbersOf(width), size);
  return {
    program: {
      name: "product in eight bits",
      inputs: { x: rowsOf(width, rows), ...eightBitInputs("forward", size) },
      compute: ({ x, codes, scales }) => {
        // Nobody asks for a gradient, so that the codes of the other direction are not read.
        const forward = { codes, scales };
        return { y: tf.sum(ops.eightBitMatMul(x, { forward, backward: forward })) };
      },
    },
    frozen: (name) => made[name as "codes" | "scales"],
  };
}
