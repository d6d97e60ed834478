/**
 * The most likely tokens after texts, by tunebook and by llama.cpp.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openDevice } from "../../../lib/engine/mod.ts";
import { loadModel } from "../../../lib/models/load_model.ts";
import { noAdapter } from "../../../lib/nn/merge.ts";
import { forwardProgram } from "../../../lib/nn/forward_program.ts";
import { frozenOf } from "../../../lib/nn/trainable_model.ts";
import { nextTokenObjective } from "../../../lib/tasks/shared/next_token_objective.ts";
import { loadTokenizer } from "../../../lib/text/tokenizer.ts";

/** A text's tokens and those that follow. */
export interface Continued {
  readonly ids: number[];
  readonly next: number[];
}

/** What tunebook reads of a GGUF file and says to texts. */
export async function askTunebook(
  path: string,
  texts: readonly string[],
  most: number,
): Promise<Continued[]> {
  const tokenizer = await loadTokenizer({ tokenizer: path });
  const model = await loadModel({ reference: path, config: path, weights: path, seed: 1 });
  const { vocabSize } = model.config as unknown as { vocabSize: number };
  const objective = nextTokenObjective({ texts: [{ ids: [1, 2] }], vocabSize });
  const trainable = { model, adapter: noAdapter, objective };
  const device = await openDevice("cpu");
  const program = await device.compile(forwardProgram(trainable), { frozen: frozenOf(trainable) });
  const answers: Continued[] = [];
  for (const text of texts) {
    const ids = [...tokenizer.encode(text).ids];
    const all = [...ids];
    for (let i = 0; i < most; i++) {
      const shape = [1, all.length];
      const { logits } = await program.run({
        input_ids: { shape, data: Int32Array.from(all) },
        attention_mask: { shape, data: new Int32Array(all.length).fill(1) },
      });
      const last = Array.from(logits.data).slice(-vocabSize);
      all.push(last.reduce((best, score, word) => score > last[best] ? word : best, 0));
    }
    answers.push({ ids, next: all.slice(ids.length) });
  }
  await program.dispose();
  return answers;
}

/** `dist/index.js` of an installed node-llama-cpp (3.22.1), where `NODE_LLAMA_CPP` names it. */
export const nodeLlamaCpp = Deno.env.get("NODE_LLAMA_CPP");

/** What llama.cpp reads of the same file and says, with an adapter where one is named. */
export async function askLlamaCpp(
  path: string,
  texts: readonly string[],
  most: number,
  lora?: string,
): Promise<Continued[]> {
  const script = fileURLToPath(new URL("./ask_llama_cpp.mjs", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-config",
      "--node-modules-dir=manual",
      script,
      nodeLlamaCpp!,
      path,
      JSON.stringify(texts),
      String(most),
      ...(lora ? [lora] : []),
    ],
  }).output();
  const said = new TextDecoder().decode(stdout);
  assert.ok(success, said + new TextDecoder().decode(stderr));
  return JSON.parse(said.trim().split("\n").at(-1)!);
}
