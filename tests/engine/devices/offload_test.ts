import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import { giveAway } from "../../../lib/core/given_away.ts";
import { openDevice } from "../../../lib/engine/devices/open_device.ts";
import type { Program } from "../../../lib/engine/program.ts";
import { tf } from "../../../lib/engine/tf.ts";
import { valueAndGradients } from "../../../lib/engine/value_and_gradients.ts";

const side = 160;
const layers = ["a", "b", "c"];
/** One matrix of 102,400 bytes in each segment. */
const offload = { megabytes: 0.11 };
/** The runtime may fuse and sum in another order where a matrix is an input. */
const tolerance = 1e-6;

/** A loss over frozen layers with a trained scale before each, whose gradients go into the state. */
const program: Program = {
  name: "scaled",
  inputs: {
    x: { role: "feed", type: "float32", shape: ["batch", side] },
    ...Object.fromEntries(layers.flatMap((name) => [
      [name, { role: "frozen", type: "float32", shape: [side, side] }],
      [`parameters/${name}`, { role: "state", type: "float32", shape: [side] }],
    ])),
  },
  compute(inputs) {
    const { value, gradients } = valueAndGradients(
      () => {
        let hidden = inputs.x;
        for (const name of layers) {
          const scaled = tf.mul(hidden, inputs[`parameters/${name}`]);
          hidden = tf.tanh(tf.matMul(scaled, inputs[name]));
        }
        return tf.sum(tf.square(hidden));
      },
      Object.fromEntries(layers.map((name) => [name, inputs[`parameters/${name}`]])),
    );
    return {
      loss: value,
      ...Object.fromEntries(
        Object.entries(gradients).map(([name, found]) => [`gradients/${name}`, found]),
      ),
    };
  },
};

function matrix(name: string): Float32Array {
  const random = Random.fromSeed(1, name);
  return Float32Array.from({ length: side * side }, () => 0.1 * random.normal());
}

/** The loss and the gradients of two batches on a device. */
async function learn(
  device: Awaited<ReturnType<typeof openDevice>>,
  frozen: (name: string) => Float32Array,
) {
  const tensors = layers.map((name) => ({ name, shape: [side], group: "all" }));
  const state = device.createState(tensors, ["parameters", "gradients"]);
  await state.write("parameters", new Map(layers.map((n) => [n, new Float32Array(side).fill(1)])));
  const step = await device.compile(program, { frozen, state });
  const found: { loss: number; gradients: Map<string, Float32Array> }[] = [];
  for (const batch of [2, 5]) {
    const data = Float32Array.from({ length: batch * side }, (_, i) => Math.sin(i));
    const { loss } = await step.run({ x: { shape: [batch, side], data } });
    found.push({ loss: loss.data[0], gradients: await state.read("gradients") });
  }
  await step.dispose();
  state.dispose();
  return found;
}

Deno.test("an offloaded program gives the loss and the gradients of the whole one", async () => {
  const whole = await learn(await openDevice("cpu"), matrix);
  const given: Float32Array[] = [];
  let most = 0;
  const pieces = await learn(await openDevice("cpu", { offload }), (name) => {
    given.push(giveAway(matrix(name)));
    most = Math.max(most, given.filter(({ length }) => length > 0).length);
    return given.at(-1)!;
  });
  for (const [i, { loss, gradients }] of pieces.entries()) {
    assert.ok(Math.abs(loss / whole[i].loss - 1) < tolerance, `${loss}, not ${whole[i].loss}`);
    for (const [name, values] of whole[i].gradients) {
      const scale = Math.hypot(...values);
      assert.ok(scale > 0);
      values.forEach((value, at) =>
        assert.ok(Math.abs(gradients.get(name)![at] - value) < tolerance * scale, name)
      );
    }
  }
  // Read forward and backward, but for the last layer, whose two products share a segment.
  assert.equal(given.length, 2 * (2 * layers.length - 1));
  assert.equal(most, 1);
  assert.ok(given.every(({ length }) => length === 0));
});

Deno.test("a program whose weights fit in one segment is held as a whole", async () => {
  let reads = 0;
  const device = await openDevice("cpu", { offload: { megabytes: 1 } });
  await learn(device, (name) => (reads++, matrix(name)));
  assert.equal(reads, layers.length);
  assert.equal(device.description, "cpu (frozen weights on disk, 1 MB at once)");
});

Deno.test("an aborted run ends between two segments", async () => {
  const device = await openDevice("cpu", { offload });
  const stop = new AbortController();
  let reads = 0;
  const alone: Program = {
    name: "forward",
    inputs: Object.fromEntries(
      Object.entries(program.inputs).filter(([name]) => !name.startsWith("parameters/")),
    ),
    compute: ({ x, a, b, c }) => ({ y: tf.matMul(tf.matMul(tf.matMul(x, a), b), c) }),
  };
  const step = await device.compile(alone, {
    frozen(name) {
      if (++reads === 2) stop.abort();
      return matrix(name);
    },
  });
  const x = { shape: [1, side], data: new Float32Array(side) };
  await assert.rejects(step.run({ x }, stop.signal), { kind: "interrupted" });
  assert.equal(reads, 2);
  await step.dispose();
});

Deno.test("what cannot be offloaded is refused", async () => {
  for (const name of ["auto", "webgpu", "cuda", "tfjs:cpu"]) {
    await assert.rejects(openDevice(name, { offload }), {
      kind: "unsupported",
      message: `the device ${name} holds all weights; offload is for the device cpu`,
    });
  }
  for (const megabytes of [0, -1, NaN, "8"]) {
    await assert.rejects(openDevice("cpu", { offload: { megabytes: megabytes as number } }), {
      kind: "input",
      message: /megabytes is .*, but must be a number above 0/,
    });
  }
  await assert.rejects(openDevice("cpu", { offload: {} as typeof offload }), { kind: "input" });
  await assert.rejects(openDevice("cpu", { offload, precision: "float16" }), { kind: "device" });
  const device = await openDevice("cpu", { offload });
  const bytes: Program = {
    name: "bytes",
    inputs: {
      x: { role: "feed", type: "float32", shape: ["batch", 2 * side] },
      codes: { role: "frozen", type: "int8", shape: [2 * side, 2 * side] },
      scales: { role: "frozen", type: "float32", shape: [2 * side, 2 * side] },
    },
    compute: ({ x, codes, scales }) => ({
      y: tf.matMul(tf.matMul(x, tf.cast(codes, "float32")), scales),
    }),
  };
  await assert.rejects(
    device.compile(bytes, {
      frozen: (name) =>
        name === "codes" ? new Int8Array(4 * side * side) : new Float32Array(4 * side * side),
    }),
    { kind: "unsupported", message: /offload would make matrices in int8 \(1\) anew/ },
  );
});
