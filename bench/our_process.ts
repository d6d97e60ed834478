/**
 * Our side of a measured step, as a process of its own, so that neither side's memory or threads
 * touch the other's.
 *
 * @module
 */
import { collectGarbage } from "../lib/core/collect_garbage.ts";
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

const residentMegabytes = () => Deno.memoryUsage().rss / 2 ** 20;

await serve<Message>({
  async setup(measured) {
    const { threads } = measured;
    const before = residentMegabytes();
    step = await compileStep(measured, onnxRuntime("cpu", undefined, { threads }), measured);
    collectGarbage();
    const now = residentMegabytes();
    const { storedShare } = step;
    return { baseMegabytes: now - before, residentMegabytes: now, storedShare };
  },
  async step({ count }) {
    const { milliseconds, processor, loss } = await step!.run(count);
    return { ms: milliseconds, processor, loss };
  },
  products: async (message) => ({ ...await measureProducts(message, message) }),
});
