import assert from "node:assert/strict";
import { readPeftFolder } from "../../../lib/adapters/peft/folder.ts";
import { type HostTensor, openDevice } from "../../../lib/engine/mod.ts";
import { evaluationProgram, forwardProgram } from "../../../lib/nn/forward_program.ts";
import { frozenOf, parameters } from "../../../lib/nn/trainable_model.ts";
import { trainedTensors } from "../../../lib/nn/trained.ts";
import { cosent } from "../../../lib/tasks/sentence_embeddings/cosent.ts";
import { embeddingObjective } from "../../../lib/tasks/sentence_embeddings/objective.ts";
import { poolOnHost } from "../../../lib/tasks/sentence_embeddings/pool.ts";
import { poolingNames } from "../../../lib/text/sentence_settings.ts";
import { goldenMethods } from "../../adapters/head_bases.ts";
import { goldenHeadModel, goldenPath, largestDifference, readGolden } from "../../models/golden.ts";

/** Both sides compute in float32; vectors are of length 1. */
const tolerance = 1e-5;

for (const modelType of ["bert", "gpt2", "llama"]) {
  for (const method of goldenMethods) {
    Deno.test(`${method} of ${modelType}: a text's vector is that of its own tokens, as PEFT has them`, async () => {
      const base = `${modelType}-embedding`;
      const folder = `heads/${method}-${base}`;
      const { results, ...batch } = await readGolden(`${folder}/expected.safetensors`);
      const [rows, width] = batch.attention_mask.shape;
      const lengths = Array.from(
        { length: rows },
        (_, row) =>
          Array.from(batch.attention_mask.data).slice(row * width, (row + 1) * width)
            .reduce((sum, each) => sum + each, 0),
      );
      const model = await goldenHeadModel(`heads/${base}`, "embedding");
      const { attached, values } = await readPeftFolder(goldenPath(folder), model);
      const device = await openDevice("cpu");
      for (const pooling of poolingNames) {
        const sentence = { pooling, normalize: true };
        const objective = embeddingObjective({
          loss: cosent({ scale: 20 }),
          groups: [[0, 1]],
          scores: Float32Array.of(1),
          sentence,
          hiddenSize: model.config.hiddenSize,
        });
        const trainable = { model, adapter: attached, objective };
        const state = device.createState(trainedTensors(model, attached), [parameters]);
        await state.write(parameters, values);
        const found: HostTensor[] = [];
        for (const program of [evaluationProgram(trainable), forwardProgram(trainable)]) {
          const step = await device.compile(program, { frozen: frozenOf(trainable), state });
          const { logits, sentence_embedding } = await step.run(batch);
          found.push(logits ?? sentence_embedding);
          await step.dispose();
        }
        state.dispose();
        const wanted = poolOnHost(results, lengths, sentence).flatMap((vector) => [...vector]);
        for (const { shape, data } of found) {
          assert.deepEqual(shape, [rows, model.config.hiddenSize]);
          const difference = largestDifference(data, wanted);
          assert.ok(difference < tolerance, `${pooling}: vectors differ by ${difference}`);
        }
      }
    });
  }
}
