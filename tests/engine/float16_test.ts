import assert from "node:assert/strict";
import { join } from "node:path";
import { openOnnxFile, type Program, tf, writeOnnxFile } from "../../lib/engine/mod.ts";
import { toFloat16 } from "../../lib/engine/float16.ts";
import { trace } from "../../lib/engine/trace.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";

const size = 64;
const weight = Float32Array.from({ length: size * size }, (_, i) => Math.sin(i) / 8);

/** A product whose result is far beyond float16 once it is squared, as the norms of models do. */
const program: Program = {
  name: "layer",
  inputs: {
    x: { role: "feed", type: "float32", shape: ["rows", size] },
    cache: { role: "feed", type: "float32", shape: ["past", size] },
    weight: { role: "frozen", type: "float32", shape: [size, size] },
  },
  compute({ x, cache, weight }) {
    const y = tf.add(tf.matMul(x, weight, false, true), x);
    const norm = tf.mean(tf.square(tf.mul(y, 1000)), -1, true);
    return { normed: tf.div(tf.mul(y, 1000), tf.sqrt(norm)), kept: tf.concat([cache, y], 0) };
  },
};
const isCache = (name: string) => name === "cache" || name === "kept";

Deno.test("products and caches are float16, sums and norms float32", () => {
  const graph = trace(program, () => weight, { contrib: false });
  toFloat16(graph, isCache);
  const typesOf = (op: string) =>
    graph.nodes.filter((node) => node.op === op).flatMap(({ outputs }) =>
      outputs.map(({ type }) => type)
    );
  const products = [...typesOf("MatMul"), ...typesOf("Gemm")];
  assert.ok(products.length > 0 && products.every((type) => type === "float16"));
  assert.ok(typesOf("Add").every((type) => type === "float32"));
  assert.deepEqual(typesOf("Concat"), ["float16"]);
  const types = new Map(graph.outputs.map(({ name, value }) => [name, value.type]));
  assert.deepEqual([types.get("normed"), types.get("kept")], ["float32", "float16"]);
  const stored = [...graph.constants.keys()].filter(({ shape }) => shape.length === 2);
  assert.ok(stored.every(({ type }) => type === "float16"));
});

Deno.test("a file in float16 gives what one in float32 gives, within eleven bits", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, `${name}.onnx`);
    await writeOnnxFile(at("whole"), program, () => weight);
    await writeOnnxFile(at("half"), program, () => weight, { float16: isCache });
    const feeds = {
      x: {
        shape: [3, size],
        data: Float32Array.from({ length: 3 * size }, (_, i) => Math.cos(i)),
      },
      cache: { shape: [0, size], data: new Float32Array() },
    };
    const results = [];
    for (const name of ["whole", "half"]) {
      const session = await openOnnxFile(at(name));
      results.push(await session.run(feeds));
      await session.dispose();
    }
    const [whole, half] = results;
    for (const name of ["normed", "kept"]) {
      const [a, b] = [whole[name].data, half[name].data] as Float32Array[];
      const far = Math.max(...a.map((each, i) => Math.abs(each - b[i])));
      const largest = Math.max(...a.map(Math.abs));
      // The step of float16 is 2⁻¹¹ of a number; products sum rounded factors.
      assert.ok(far < 2 ** -9 * largest, `${name}: ${far} of ${largest}`);
    }
    const [one, other] = await Promise.all(["whole", "half"].map((name) => Deno.stat(at(name))));
    assert.ok(other.size < 0.7 * one.size, `${other.size} of ${one.size}`);
  }));

Deno.test("a number beyond float16 is an error with its tensor", () =>
  inFolder(async (folder) => {
    const large = weight.slice();
    large[5] = 70000;
    await assert.rejects(
      writeOnnxFile(join(folder, "a.onnx"), program, () => large, { float16: isCache }),
      isMistake("output", 'tensor "weight"', "70000", "q8 or q4"),
    );
  }));
