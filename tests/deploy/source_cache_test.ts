import assert from "node:assert/strict";
import { join } from "node:path";
import { lora, model, onnx } from "tunebook";
import { type HostTensor, openOnnxFile } from "../../lib/engine/mod.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { emptyAnswerCache } from "../../lib/nn/seq2seq_programs.ts";
import { largestDifference } from "../../lib/nn/run_over.ts";
import { quiet } from "../pipeline/open/trained.ts";
import { goldenTraining, trainedModel, trainedTasks } from "../tasks/text2text/training.ts";
import { inFolder } from "../weights/in_folder.ts";

const ints = (...rows: number[][]): HostTensor => ({
  shape: [rows.length, rows[0].length],
  data: Int32Array.from(rows.flat()),
});

Deno.test("a decoder with a cache of its source does not read the source again", () =>
  inFolder(async (folder) => {
    const { table } = await goldenTraining("t5");
    const result = await model(trainedModel("t5")).data(table, trainedTasks.t5, { test: table })
      .adapt(lora({ rank: 2 })).train({ epochs: 1 }).deploy(onnx(join(folder, "out"))).run(quiet);
    await result.dispose();
    const file = (name: string) => join(folder, "out/onnx", `${name}.onnx`);
    const encoder = await openOnnxFile(file("encoder_model"));
    const decoder = await openOnnxFile(file("decoder_model_merged"));
    const read = trainedModel("t5").slice("file:".length);
    const base = await loadModel({
      reference: read,
      config: join(read, "config.json"),
      weights: join(read, "model.safetensors"),
      seed: 0,
    });
    const empty = Object.fromEntries(
      Array.from(
        emptyAnswerCache(base, 2),
        ([name, shape]) => [name, { shape, data: new Float32Array() }] as const,
      ),
    );
    const mask = ints([1, 1, 1, 1], [1, 1, 0, 0]);
    const { last_hidden_state: hidden } = await encoder.run({
      input_ids: ints([5, 6, 7, 1], [8, 1, 0, 0]),
      attention_mask: mask,
    });
    const ask = (ids: number[][], source: HostTensor, cache: Record<string, HostTensor>) =>
      decoder.run({
        input_ids: ints(...ids),
        encoder_attention_mask: mask,
        encoder_hidden_states: source,
        ...cache,
      });
    const whole = await ask([[0, 9, 10], [0, 11, 12]], hidden, empty);
    const first = await ask([[0, 9], [0, 11]], hidden, empty);
    const cache = Object.fromEntries(
      Object.entries(first).filter(([name]) => name.startsWith("present.")).map(([name, value]) =>
        [name.replace("present", "past_key_values"), value] as const
      ),
    );
    assert.equal(Object.keys(cache).length, Object.keys(empty).length);
    // Numbers that are none would spoil whatever is computed of them.
    const spoiled = { ...hidden, data: new Float32Array(hidden.data.length).fill(NaN) };
    const next = await ask([[10], [12]], spoiled, cache);
    const vocabulary = next.logits.shape[2];
    const last = [0, 1].map((row) =>
      (whole.logits.data as Float32Array).slice(
        (row * 3 + 2) * vocabulary,
        (row * 3 + 3) * vocabulary,
      )
    );
    const found = [0, 1].map((row) =>
      (next.logits.data as Float32Array).slice(row * vocabulary, (row + 1) * vocabulary)
    );
    assert.ok(largestDifference(last, found) < 1e-5);
    assert.deepEqual(next["present.0.encoder.key"].shape, first["present.0.encoder.key"].shape);
    await encoder.dispose();
    await decoder.dispose();
  }));
