/**
 * Our side of the generation bench, as a process of its own.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import type { QuantizationFormat } from "../lib/engine/mod.ts";
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import { type Continuer, createContinuer } from "../lib/generate/continuer.ts";
import { noAdapter } from "../lib/nn/merge.ts";
import { loadLanguageModel } from "./load_language_model.ts";
import { processorMilliseconds } from "./processor_milliseconds.ts";
import { benchPrompts } from "./prompts.ts";
import { serve } from "./serve.ts";
import { writeGreedily } from "./write_greedily.ts";

interface Message {
  readonly cmd: string;
  readonly folder: string;
  readonly threads: number;
  readonly prompts: number;
  readonly promptTokens: number;
  readonly newTokens: number;
  /** The format of the weights; float32 unless given. */
  readonly quantize?: QuantizationFormat;
}

let continuer: Continuer | undefined;

await serve<Message>({
  async setup({ folder, threads, quantize }) {
    const model = await loadLanguageModel(folder, quantize);
    const device = onnxRuntime("cpu", undefined, { threads });
    continuer = createContinuer({ model, adapter: noAdapter }, { device });
    return {};
  },
  async write({ prompts: count, promptTokens, newTokens }) {
    const prompts = benchPrompts(count, promptTokens);
    const began = performance.now();
    const cpu = cpuUsage();
    let first = NaN;
    const tokens = await writeGreedily(continuer!, prompts, {
      newTokens,
      onFirst: () => first = performance.now(),
    });
    return {
      seconds: (performance.now() - began) / 1000,
      processorSeconds: processorMilliseconds(cpu) / 1000,
      firstTokenSeconds: (first - began) / 1000,
      tokens,
    };
  },
});
