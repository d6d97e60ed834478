import assert from "node:assert/strict";
import { join } from "node:path";
import { browserConfig } from "../../lib/deploy/onnx.ts";
import {
  openOnnxFile,
  type Program,
  type Tensor,
  tf,
  writeOnnxFile,
} from "../../lib/engine/mod.ts";
import { inFolder } from "../weights/in_folder.ts";

const width = 256;
const matrixBytes = 4 * width * width;
const names = ["a", "b", "c"];

/** x · a · b · c, three matrices of 256 kB. */
const program: Program = {
  name: "products",
  inputs: {
    x: { role: "feed", type: "float32", shape: ["batch", width] },
    ...Object.fromEntries(
      names.map((name) =>
        [name, { role: "frozen", type: "float32", shape: [width, width] }] as const
      ),
    ),
  },
  compute: (inputs) => ({
    y: names.reduce<Tensor>((x, name) => tf.matMul(x as never, inputs[name] as never), inputs.x),
  }),
};
const frozen = (name: string) =>
  Float32Array.from(
    { length: width * width },
    (_, i) => ((i * (names.indexOf(name) + 3)) % 7 - 3) / 99,
  );
const x = { shape: [2, width], data: Float32Array.from({ length: 2 * width }, (_, i) => i % 5) };

for (const [piece, pieces] of [[3 * matrixBytes, 1], [2 * matrixBytes, 2], [1, 3]] as const) {
  Deno.test(`weights in pieces of up to ${piece} bytes are ${pieces}, and the same numbers`, () =>
    inFolder(async (folder) => {
      const whole = join(folder, "whole.onnx");
      await writeOnnxFile(whole, program, frozen);
      const path = join(folder, "model.onnx");
      await writeOnnxFile(path, program, frozen, { most: { inside: 0, piece } });
      const beside = [...Deno.readDirSync(folder)].map(({ name }) => name)
        .filter((name) => name.includes("_data")).sort();
      // As transformers.js asks for them.
      const wanted = ["model.onnx_data", "model.onnx_data_1", "model.onnx_data_2"];
      assert.deepEqual(beside, wanted.slice(0, pieces));
      assert.deepEqual(await browserConfig(folder), {
        dtype: "fp32",
        use_external_data_format: pieces === 1 || pieces,
      });
      const results = [];
      for (const file of [whole, path]) {
        const session = await openOnnxFile(file);
        results.push((await session.run({ x })).y.data);
        await session.dispose();
      }
      assert.deepEqual(results[0], results[1]);
      assert.ok(results[0].some((each) => each !== 0));
    }));
}
