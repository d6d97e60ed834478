/**
 * A program that uses ONNX Runtime in every way: in this thread, in a thread of its own, and from a file.
 * transformers.js is left out: beside it the runtime sends nothing anyway.
 *
 * @module
 */
import { join } from "node:path";
import { onnxRuntime } from "../../lib/engine/devices/onnx_runtime.ts";
import { openOnnxFile, type Program, tf, writeOnnxFile } from "../../lib/engine/mod.ts";

const program: Program = {
  name: "double",
  inputs: { x: { role: "feed", type: "float32", shape: [4] } },
  compute: ({ x }) => ({ y: tf.mul(x, 2) }),
};
const feeds = { x: { shape: [4], data: Float32Array.of(1, 2, 3, 4) } };

for (const apart of [false, true]) {
  const device = onnxRuntime("cpu", undefined, { apart });
  const step = await device.compile(program, { frozen: () => new Float32Array() });
  await step.run(feeds);
  await step.dispose();
}
const path = join(Deno.args[0], "double.onnx");
await writeOnnxFile(path, program, () => new Float32Array());
const session = await openOnnxFile(path);
const { y } = await session.run(feeds);
await session.dispose();
// A sender waits for some seconds before it looks for its server.
await new Promise((resolve) => setTimeout(resolve, 1000));
console.log(`${y.data}`);
