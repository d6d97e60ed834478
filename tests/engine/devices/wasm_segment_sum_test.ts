import assert from "node:assert/strict";
import { full } from "../../../lib/adapters/full.ts";
import { lora } from "../../../lib/adapters/lora.ts";
import { openDevice, tf } from "../../../lib/engine/mod.ts";
import { runToy } from "../../train/toy_run.ts";

Deno.test("rows of segments are added up, and those of no segment are left out", async () => {
  await openDevice("tfjs:wasm");
  await tf.setBackend("wasm");
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const ids = tf.tensor1d([2, 0, 2, -1, 5], "int32");
    const rows = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [5, 2]);
    const sums = tf.unsortedSegmentSum(rows, ids, 3);
    assert.deepEqual(sums.shape, [3, 2]);
    assert.deepEqual([...sums.dataSync()], [3, 4, 0, 0, 6, 8]);
  });
  assert.equal(tf.memory().numTensors, before);
});

for (
  const [modelType, method] of [["bert", full()], ["gpt2", lora()], ["llama", lora()]] as const
) {
  Deno.test(`${method.method} trains a ${modelType} on tfjs:wasm as on the cpu`, async () => {
    const lossesOn = async (device: string) =>
      (await runToy({ device, model: { modelType }, method, rows: 8 })).losses;
    const [found, wanted] = [await lossesOn("tfjs:wasm"), await lossesOn("cpu")];
    assert.equal(found.length, wanted.length);
    found.forEach((loss, i) =>
      assert.ok(Math.abs(loss - wanted[i]) < 1e-4, `step ${i + 1}: ${loss}, not ${wanted[i]}`)
    );
  });
}
