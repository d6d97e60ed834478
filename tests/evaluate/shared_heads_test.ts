/**
 * Adapters of heads on tokens share a base: each row gets what PEFT gives with its adapter alone.
 */
import assert from "node:assert/strict";
import { goldenMethods, headBases } from "../adapters/head_bases.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { createSharedModel } from "../../lib/evaluate/shared_model.ts";
import { goldenHeadModel, largestDifference, readGolden } from "../models/golden.ts";
import { openGolden, rowLogits, type Tensors } from "./several.ts";

/** Both sides compute in float32; results are below ten. */
const tolerance = 1e-4;

for (const { name, head } of headBases) {
  Deno.test(`${name}: rows with an adapter each give the results of PEFT's folders`, async () => {
    const model = await goldenHeadModel(`heads/${name}`, head);
    const outputs = head === "embedding" ? model.config.hiddenSize : model.headRequest.outputs;
    const shared = createSharedModel(model, await openDevice("cpu"), {
      evaluation: { head: model.headRequest, per: "token", outputs },
    });
    try {
      const all = await Promise.all(goldenMethods.map(async (method) => {
        const folder = `heads/${method}-${name}`;
        const { results, ...batch } = await readGolden(`${folder}/expected.safetensors`);
        const { entry } = await openGolden(folder, model);
        return { method, entry, results, batch: batch as Tensors };
      }));
      for (const { entry } of all) shared.reserve(entry.delta);
      for (const { method, entry, results, batch } of all) {
        const found = await rowLogits(shared, batch, () => entry);
        const [, length, width] = results.shape;
        const real = (numbers: ArrayLike<number>) =>
          Array.from(numbers).filter((_, at) => batch.attention_mask.data[Math.floor(at / width)]);
        assert.equal(found.length % length, 0);
        const difference = largestDifference(real(found), real(results.data as Float32Array));
        assert.ok(difference < tolerance, `${method}: results differ by ${difference}`);
      }
      const [{ batch }] = all;
      const rows = batch.input_ids.shape[0];
      const entryOf = (row: number) => all[(row + 1) % all.length].entry;
      const mixed = await rowLogits(shared, batch, entryOf);
      const each = mixed.length / rows;
      for (let row = 0; row < rows; row++) {
        const alone = await rowLogits(shared, batch, () => entryOf(row));
        const part = (numbers: number[]) => numbers.slice(row * each, (row + 1) * each);
        assert.ok(largestDifference(part(mixed), part(alone)) < tolerance);
      }
      assert.equal(shared.compilations, 1);
    } finally {
      await shared.dispose();
    }
  });
}
