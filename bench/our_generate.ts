/**
 * Our side of the generation bench, as a process of its own.
 *
 * @module
 */
import { join } from "node:path";
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
}

let continuer: Continuer | undefined;

await serve<Message>({
  async setup({ folder, threads }) {
    const model = await loadModel({
      reference: folder,
      config: join(folder, "config.json"),
      weights: folder,
      head: { name: "language", outputs: 0 },
      seed: 0,
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
    let first: number | undefined;
    for await (const _ of continueTexts(continuer!, prompts, rules)) first ??= performance.now();
    return {
      seconds: (performance.now() - began) / 1000,
      firstTokenSeconds: (first! - began) / 1000,
      tokens: written,
    };
  },
});
