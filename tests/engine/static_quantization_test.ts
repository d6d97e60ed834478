import assert from "node:assert/strict";
import { join } from "node:path";
import {
  openOnnxFile,
  ops,
  type Program,
  RangeCollector,
  tf,
  writeObservedFile,
  writeOnnxFile,
} from "../../lib/engine/mod.ts";
import { readOnnx } from "../../lib/engine/onnx_reader.ts";
import { byteScale } from "../../lib/engine/static_quantization/value_range.ts";
import golden from "../golden/static_quantization.json" with { type: "json" };

/** Numbers may differ by `tolerance`. */
function assertClose(found: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  assert.equal(found.length, wanted.length);
  wanted.forEach((each, at) =>
    assert(Math.abs(found[at] - each) <= tolerance, `${found[at]} instead of ${each}`)
  );
}

type Method = keyof typeof golden.by;
const weights = golden.weights as Record<string, { shape: number[]; data: number[] }>;
const x = { shape: golden.x.shape, data: Float32Array.from(golden.x.data) };

/** The model of `make_static_quantization.py`. */
const program: Program = {
  name: "golden",
  inputs: {
    x: { role: "feed", type: "float32", shape: ["batch", ...golden.x.shape.slice(1)] },
    ...Object.fromEntries(
      Object.entries(weights).map(([name, { shape }]) =>
        [name, { role: "frozen", type: "float32", shape }] as const
      ),
    ),
  },
  compute(inputs) {
    const [channels] = inputs["conv.bias"].shape;
    const maps = tf.add(
      ops.conv2d(inputs.x, inputs["conv.weight"], { padding: 1 }),
      tf.reshape(inputs["conv.bias"], [1, channels, 1, 1]),
    );
    const pooled = tf.mean(tf.relu(maps), [2, 3]);
    const linear = (x: typeof pooled, name: string) =>
      tf.add(tf.matMul(x, inputs[`${name}.weight`], false, true), inputs[`${name}.bias`]);
    const wide = linear(pooled, "first");
    return { y: linear(tf.mul(wide, tf.tanh(wide)), "second") };
  },
};
const frozen = (name: string) => Float32Array.from(weights[name].data);
const chosen = new Set(["conv.weight", "first.weight", "second.weight"]);

async function rangesBy(by: Method, folder: string, batch = x.shape[0]) {
  const file = join(folder, "observed.onnx");
  const names = await writeObservedFile(file, program, frozen, chosen);
  const collector = new RangeCollector(names, { by, percentile: 99 });
  const session = await openOnnxFile(file);
  const each = x.data.length / x.shape[0];
  for (let pass = 0; pass < collector.passes; pass++) {
    for (let row = 0; row < x.shape[0]; row += batch) {
      const data = x.data.slice(row * each, (row + batch) * each);
      collector.observe(
        await session.run({ x: { shape: [batch, ...x.shape.slice(1)], data } }),
        pass,
      );
    }
  }
  await session.dispose();
  return collector.ranges();
}

Deno.test("ranges, scales, codes and results are those of onnxruntime.quantization", async (t) => {
  const folder = await Deno.makeTempDir();
  for (const by of ["minMax", "percentile", "entropy"] as const) {
    await t.step(by, async () => {
      const expected = golden.by[by];
      const ranges = await rangesBy(by, folder);
      const values = Object.values(expected.values);
      assert.equal(ranges.size, values.length);
      // In the order of the products: x and what the convolution gives, then the inputs of both linear layers.
      [...ranges.values()].forEach((range, at) => {
        const { low, high, scale, zeroPoint } = values[at];
        // Sums of both runtimes differ in their last digits.
        assertClose([range.low, range.high], [low, high], 1e-6);
        assertClose([byteScale(range).scale], [scale], 1e-6 * scale);
        assert.equal(byteScale(range).zeroPoint, zeroPoint);
      });
      const file = join(folder, `${by}.onnx`);
      await writeOnnxFile(file, program, frozen, { bytes: { weights: chosen, ranges } });
      const { constants, nodes } = readOnnx(await Deno.readFile(file), file, () => {
        throw new Error("nothing lies beside it");
      });
      const count = (op: string) => nodes.filter((node) => node.op === op).length;
      assert.deepEqual([count("QuantizeLinear"), count("DequantizeLinear"), count("Relu")], [
        4,
        10,
        0,
      ]);
      const codes = expected.codes as Record<string, { codes: number[]; scales: number[] }>;
      for (const name of chosen) {
        assertClose(constants.get(`${name} scales`)!.read(), codes[name].scales, 1e-6);
        assert.deepEqual([...constants.get(`${name} codes`)!.read()], codes[name].codes);
      }
      const session = await openOnnxFile(file);
      const { y } = await session.run({ x });
      await session.dispose();
      // A number that lies on the edge of two bytes may fall to either side.
      assertClose(y.data as Float32Array, expected.y, 2e-2);
    });
  }
  await t.step("in batches as at once", async () => {
    const [whole, parts] = [
      await rangesBy("entropy", folder),
      await rangesBy("entropy", folder, 3),
    ];
    [...whole].forEach(([name, { low, high }]) =>
      assertClose([parts.get(name)!.low, parts.get(name)!.high], [low, high], 1e-6)
    );
  });
  await Deno.remove(folder, { recursive: true });
});
