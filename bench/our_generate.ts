/**
 * Our side of the generation bench, as a process of its own.
 *
 * @module
 */
import { join } from "node:path";
import process from "node:process";
import type { QuantizationFormat } from "../lib/engine/mod.ts";
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import { type Continuer, createContinuer } from "../lib/generate/continuer.ts";
import { likeliestToken } from "../lib/generate/choose_token.ts";
import { continueTexts, type TextRule } from "../lib/generate/continue_texts.ts";
import { loadModel } from "../lib/models/load_model.ts";
import { noAdapter } from "../lib/nn/merge.ts";
import { benchPrompts } from "./prompts.ts";
import { serve } from "./serve.ts";

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
    const model = await loadModel({
      reference: folder,
      config: join(folder, "config.json"),
      weights: folder,
      head: { name: "language", outputs: 0 },
      seed: 0,
      ...(quantize ? { quantize } : {}),
    });
    const device = onnxRuntime("cpu", undefined, { threads });
    continuer = createContinuer({ model: { ...model, head: [] }, adapter: noAdapter }, { device });
    return {};
  },
  async write({ prompts: count, promptTokens, newTokens }) {
    const prompts = benchPrompts(count, promptTokens);
    const written = prompts.map((): number[] => []);
    const rules = prompts.map((_, i): TextRule => ({
      choose: likeliestToken,
      ends: (token) => written[i].push(token) >= newTokens,
    }));
    const began = performance.now();
    const cpu = process.cpuUsage();
    let first: number | undefined;
    for await (const _ of continueTexts(continuer!, prompts, rules)) first ??= performance.now();
    const { user, system } = process.cpuUsage(cpu);
    return {
      seconds: (performance.now() - began) / 1000,
      processorSeconds: (user + system) / 1e6,
      firstTokenSeconds: (first! - began) / 1000,
      tokens: written,
    };
  },
});
