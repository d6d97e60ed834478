/**
 * How much of our step is matrix product, and how fast those products are, from the profile that
 * ONNX Runtime writes.
 *
 * @module
 */
import { join } from "node:path";
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import { type Program, type Step, tf } from "../lib/engine/mod.ts";
import { largeProduct, type StepCase } from "./cases.ts";
import { median } from "./median.ts";
import { compileStep } from "./our_step.ts";
import { type Products, productsOf } from "./profile.ts";
import { rest } from "./sides.ts";

/** What the profile says of a step; medians over the steps. */
export interface MeasuredProducts {
  /** The share of a step's time inside matrix products, from 0 to 1. */
  readonly share: number;
  /** The rate of the step's products. */
  readonly gigaflops: number;
  /** The rate of one large product by itself, in the same run. */
  readonly largeGigaflops: number;
}

/** Steps before the measured ones. */
const warmUpSteps = 2;
/** Runs of the large product after each step. */
const largeRuns = 4;

/** Runs `count` steps under the runtime's profiler, each followed by the large product. */
export async function measureProducts(
  measured: StepCase,
  { count, threads }: { readonly count: number; readonly threads?: number },
): Promise<MeasuredProducts> {
  const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
  try {
    const profiled = (name: string) =>
      onnxRuntime("cpu", undefined, { profile: join(folder, name), threads });
    const step = await compileStep(measured, profiled("step"));
    const product = await compileLarge(profiled("large"));
    const seconds: number[] = [];
    for (let i = 0; i < warmUpSteps + count; i++) {
      const [milliseconds] = (await step.run(1)).milliseconds;
      seconds.push(milliseconds / 1000);
      // Each session has threads of its own, which must not stand in the other's way.
      await rest();
      for (let run = 0; run < largeRuns; run++) await product.run();
      await rest();
    }
    // The runtime writes a session's profile when the session ends.
    await step.dispose();
    await product.dispose();
    const steps = await productsOf(folder, "step");
    const alone = await productsOf(folder, "large");
    const shares = steps.map((products, i) => products.seconds / seconds[i]);
    return {
      share: median(shares.slice(warmUpSteps)),
      gigaflops: median(steps.slice(warmUpSteps).map(gigaflopsOf)),
      largeGigaflops: median(alone.slice(warmUpSteps * largeRuns).map(gigaflopsOf)),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function gigaflopsOf({ operations, seconds }: Products): number {
  return operations / seconds / 1e9;
}

async function compileLarge(device: ReturnType<typeof onnxRuntime>): Promise<{
  run(): ReturnType<Step["run"]>;
  dispose(): Promise<void>;
}> {
  const { rows, inner, columns } = largeProduct;
  const program: Program = {
    name: "large product",
    inputs: {
      x: { role: "feed", type: "float32", shape: [rows, inner] },
      w: { role: "frozen", type: "float32", shape: [columns, inner] },
    },
    // A small output, so that no large one is copied.
    compute: ({ x, w }) => ({ largest: tf.max(tf.matMul(x, w, false, true)) }),
  };
  const frozen = () => new Float32Array(columns * inner).fill(1 / inner);
  const step = await device.compile(program, { frozen });
  const x = { shape: [rows, inner], data: new Float32Array(rows * inner).fill(1) };
  return { run: () => step.run({ x }), dispose: () => step.dispose() };
}
