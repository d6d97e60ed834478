import assert from "node:assert/strict";
import { openDevice, tf } from "../../lib/engine/mod.ts";
import { initialState } from "../../lib/train/initial_state.ts";
import { parameter } from "../adapters/toy_adapters.ts";
import { toyModel } from "../nn/toy.ts";

Deno.test("a state that cannot be filled leaves nothing on the device", async () => {
  const device = await openDevice("tfjs:cpu");
  const startless = {
    ...parameter("startless", [4]),
    initial: () => {
      throw new Error("there is no start");
    },
  };
  const adapter = { parameters: [startless], trains: () => false };
  const before = tf.memory().numTensors;
  const filled = initialState({ model: toyModel(), adapter }, device, { accumulate: 1, seed: 1 });
  await assert.rejects(filled, /there is no start/);
  assert.equal(tf.memory().numTensors, before);
});
