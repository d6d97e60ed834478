import assert from "node:assert/strict";
import { TunebookError } from "../../lib/core/errors.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { activation, activationNames } from "../../lib/nn/activation.ts";
import { largestDifference } from "../models/golden.ts";

const x = Float32Array.of(-3, -1, -0.1, 0, 0.5, 2, 4, 7);
const gelu = [-0.0040502, -0.1586553, -0.0460172, 0, 0.3457312, 1.9544997, 3.9998736, 7];
const geluByTanh = [-0.0036374, -0.158808, -0.0460172, 0, 0.345714, 1.9545977, 3.9999299, 7];
const silu = [-0.1422776, -0.2689414, -0.0475021, 0, 0.3112297, 1.7615941, 3.928055, 6.9936227];
/** PyTorch's numbers. */
const wanted: Record<string, number[]> = {
  gelu,
  gelu_python: gelu,
  gelu_new: geluByTanh,
  gelu_fast: geluByTanh,
  gelu_pytorch_tanh: geluByTanh,
  quick_gelu: [-0.0180713, -0.1542042, -0.0457552, 0, 0.3503884, 1.9356586, 3.995585, 6.9999532],
  relu: [0, 0, 0, 0, 0.5, 2, 4, 7],
  relu6: [0, 0, 0, 0, 0.5, 2, 4, 6],
  silu,
  swish: silu,
  tanh: [-0.9950548, -0.7615942, -0.099668, 0, 0.4621172, 0.9640276, 0.9993293, 0.9999983],
};

Deno.test("every activation computes PyTorch's numbers", async () => {
  assert.deepEqual([...activationNames].sort(), Object.keys(wanted).sort());
  for (const deviceName of ["cpu", "tfjs:cpu"]) {
    const device = await openDevice(deviceName);
    for (const name of activationNames) {
      const step = await device.compile({
        name,
        inputs: { x: { role: "feed", type: "float32", shape: ["numbers"] } },
        compute: ({ x }) => ({ y: activation(name, x) }),
      }, { frozen: () => new Float32Array() });
      const { y } = await step.run({ x: { shape: [x.length], data: x } });
      await step.dispose();
      const difference = largestDifference(y.data, wanted[name]);
      assert.ok(difference < 1e-6, `${name} on ${deviceName} differs by ${difference}`);
    }
  }
});

Deno.test("an unknown activation is refused with a suggestion", () => {
  assert.throws(
    () => activation("gelo", undefined as never),
    (error) => error instanceof TunebookError && error.message.includes('did you mean "gelu"'),
  );
});
