import assert from "node:assert/strict";
import { onnxRuntime } from "../../../lib/engine/devices/onnx_runtime.ts";
import { openDevice } from "../../../lib/engine/devices/open_device.ts";
import { loadTensorflow } from "../../../lib/engine/devices/tensorflow_addon.ts";
import { messageOf } from "../../../lib/core/errors.ts";
import { gpuLack } from "./gpu_lack.ts";
import { trainTiny } from "./tiny_bert.ts";

const tolerance = 1e-4;
const reference = await trainTiny(await openDevice("cpu"));

/** ‖a − b‖ / ‖b‖. */
function distance(a: Float32Array, b: Float32Array): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    size += b[i] ** 2;
  }
  return Math.sqrt(difference / size);
}

async function assertSameTraining(name: string): Promise<void> {
  const { losses, trained } = await trainTiny(await openDevice(name, { projectFolder }));
  losses.forEach((loss, i) => {
    const wanted = reference.losses[i];
    assert(Math.abs(loss - wanted) <= tolerance * wanted, `step ${i + 1}: ${loss}, not ${wanted}`);
  });
  assert.deepEqual([...trained.keys()], [...reference.trained.keys()]);
  for (const [slot, numbers] of trained) {
    const apart = distance(numbers, reference.trained.get(slot)!);
    assert(apart <= tolerance, `${slot}: ${apart}`);
  }
}

const projectFolder = Deno.env.get("TUNEBOOK_TFJS_NODE") ?? ".";

/** Why a device cannot be tried here, or nothing. */
async function lack(open: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await open();
    return undefined;
  } catch (error) {
    return messageOf(error).split("\n")[0];
  }
}

const lacks: Record<string, string | undefined> = {
  "tfjs:cpu": undefined,
  "tfjs:wasm": undefined,
  "tfjs:tensorflow": Deno.env.has("TUNEBOOK_TFJS_NODE")
    ? await lack(() => loadTensorflow(projectFolder))
    : "TUNEBOOK_TFJS_NODE names no project with @tensorflow/tfjs-node",
  "tfjs:webgpu": await lack(() => openDevice("tfjs:webgpu")),
  webgpu: await gpuLack(),
  cuda: await lack(() => openDevice("cuda")),
};

Deno.test("ten steps on the cpu lower the loss and repeat to the bit", async () => {
  const { losses, trained } = reference;
  assert(losses.every(Number.isFinite));
  assert(new Set(losses).size === losses.length);
  const again = await trainTiny(await openDevice("cpu"));
  assert.deepEqual(again.losses, losses);
  assert.deepEqual([...again.trained], [...trained]);
});

Deno.test("passes and fused operators change no loss in fifty steps", async () => {
  const { losses } = await trainTiny(onnxRuntime("cpu"), 50);
  const plain = await trainTiny(onnxRuntime("cpu", undefined, { plain: true }), 50);
  losses.forEach((loss, i) => {
    const wanted = plain.losses[i];
    assert(Math.abs(loss - wanted) <= tolerance, `step ${i + 1}: ${loss}, not ${wanted}`);
  });
});

for (const [name, reason] of Object.entries(lacks)) {
  Deno.test({
    name: `ten training steps on ${name} are those of the cpu${reason ? ` (${reason})` : ""}`,
    ignore: reason !== undefined,
    fn: () => assertSameTraining(name),
  });
}
