/**
 * Our side of a measured step, as a process of its own, so that neither side's memory or threads
 * touch the other's.
 *
 * @module
 */
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import type { StepCase } from "./cases.ts";
import { measureProducts } from "./our_products.ts";
import { compileStep, type MeasuredStep, type StepOptions } from "./our_step.ts";
import { serve } from "./serve.ts";

interface Message extends StepCase, StepOptions {
  readonly cmd: string;
  readonly count: number;
  readonly threads?: number;
}

let step: MeasuredStep | undefined;

await serve<Message>({
  async setup(measured) {
    const { threads } = measured;
    step = await compileStep(measured, onnxRuntime("cpu", undefined, { threads }), measured);
    return {};
  },
  async step({ count }) {
    const { milliseconds, loss } = await step!.run(count);
    return { ms: milliseconds, loss };
  },
  products: async (message) => ({ ...await measureProducts(message, message) }),
});
