/**
 * How much of our step is matrix product, and how fast those products are, from the profile that
 * ONNX Runtime writes.
 *
 * @module
 */
import { join } from "node:path";
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import { type Program, type Step, tf } from "../lib/engine/mod.ts";
import type { StepCase } from "./cases.ts";
import { compileStep } from "./our_step.ts";
import { productsOf } from "./profile.ts";
import { rest } from "./sides.ts";

/** What the profile says of a step. */
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
/** The large product: [1024, 768] · [768, 3072], a feed-forward layer of a BERT-base. */
const large = { rows: 1024, inner: 768, columns: 3072 };

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
    let milliseconds = 0;
    for (let i = 0; i < warmUpSteps + count; i++) {
      const [took] = (await step.run(1)).milliseconds;
      if (i >= warmUpSteps) milliseconds += took;
      // Each session has threads of its own, which must not stand in the other's way.
      await rest();
      for (let run = 0; run < largeRuns; run++) await product.run();
      await rest();
    }
    // The runtime writes a session's profile when the session ends.
    await step.dispose();
    await product.dispose();
    const ofStep = await productsOf(folder, "step", warmUpSteps);
    const ofLarge = await productsOf(folder, "large", warmUpSteps * largeRuns);
    return {
      share: ofStep.seconds * 1000 / milliseconds,
      gigaflops: ofStep.operations / ofStep.seconds / 1e9,
      largeGigaflops: ofLarge.operations / ofLarge.seconds / 1e9,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function compileLarge(device: ReturnType<typeof onnxRuntime>): Promise<{
  run(): ReturnType<Step["run"]>;
  dispose(): Promise<void>;
}> {
  const { rows, inner, columns } = large;
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
