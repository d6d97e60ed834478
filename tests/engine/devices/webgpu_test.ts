import assert from "node:assert/strict";
import { join } from "node:path";
import { TunebookError } from "../../../lib/core/errors.ts";
import { onnxRuntime } from "../../../lib/engine/devices/onnx_runtime.ts";
import { openDevice } from "../../../lib/engine/devices/open_device.ts";
import { type Program, tf } from "../../../lib/engine/mod.ts";
import type { Precision } from "../../../lib/engine/precision.ts";
import { full } from "../../../lib/adapters/full.ts";
import { checkRepeatedIds } from "../repeated_ids.ts";
import { gpuLack } from "./gpu_lack.ts";
import { trainTiny } from "./tiny_bert.ts";

const reasons = { float32: await gpuLack(), float16: await gpuLack("float16") };
const reason = reasons.float32;

function test(name: string, fn: () => Promise<void>, precision: Precision = "float32"): void {
  const reason = reasons[precision];
  Deno.test({
    name: `webgpu: ${name}${reason ? ` (${reason})` : ""}`,
    ignore: reason !== undefined,
    fn,
  });
}

const slots = [
  { name: "a", shape: [2, 3], group: "decayed" },
  { name: "bias", shape: [3], group: "undecayed" },
  { name: "scale", shape: [], group: "decayed" },
];
const values = new Map([
  ["a", Float32Array.of(1, 2, 3, 4, 5, 6)],
  ["bias", Float32Array.of(7, 8, 9)],
  ["scale", Float32Array.of(10)],
]);

test("a state starts with zeros and gives back what was written, in part or whole", async () => {
  const state = onnxRuntime("webgpu").createState(slots, ["parameters", "gradients"]);
  for (const [name, numbers] of await state.read("gradients")) {
    assert(numbers.every((each) => each === 0), name);
  }
  await state.write("parameters", values);
  assert.deepEqual([...await state.read("parameters")], [...values]);
  await state.write("parameters", new Map([["scale", Float32Array.of(-1)]]));
  const read = await state.read("parameters");
  assert.deepEqual(read.get("scale"), Float32Array.of(-1));
  assert.deepEqual(read.get("a"), values.get("a"));
  await assert.rejects(
    () => state.write("parameters", new Map([["bias", Float32Array.of(1)]])),
    (error) => error instanceof TunebookError && /takes 3 numbers, not 1/.test(error.message),
  );
  await assert.rejects(() => state.read("moments"), /no vector "moments"/);
  state.dispose();
});

test("a program reads and writes slots, an update one group or all", async () => {
  const device = onnxRuntime("webgpu");
  const state = device.createState(slots, ["parameters", "gradients"]);
  await state.write("parameters", values);
  const input = (shape: number[]) => ({ role: "state", type: "float32", shape }) as const;
  const doubled: Program = {
    name: "doubled",
    inputs: {
      "parameters/a": input([2, 3]),
      "parameters/bias": input([3]),
      "parameters/scale": input([]),
    },
    compute: (tensors) => ({
      sum: tf.sum(tf.add(tensors["parameters/a"], tensors["parameters/bias"])),
      "gradients/a": tf.mul(tensors["parameters/a"], 2),
      "gradients/bias": tf.mul(tensors["parameters/bias"], 2),
      "gradients/scale": tf.mul(tensors["parameters/scale"], 2),
    }),
  };
  const step = await device.compile(doubled, { frozen: () => new Float32Array(), state });
  const results = await step.run({});
  assert.deepEqual(Object.keys(results), ["sum"]);
  assert.equal(results.sum.data[0], 21 + 2 * 24);
  const update = await device.compileUpdate({
    name: "take",
    vectors: ["parameters", "gradients"],
    scalars: ["rate"],
    compute: ({ parameters, gradients }, { rate }) => ({
      parameters: tf.sub(parameters, tf.mul(gradients, rate)),
      total: tf.sum(gradients),
    }),
  }, state);
  assert.deepEqual(await update.run({ rate: 0.5 }, "undecayed"), { total: 48 });
  assert.deepEqual([...(await state.read("parameters")).get("bias")!], [0, 0, 0]);
  assert.deepEqual((await state.read("parameters")).get("a"), values.get("a"));
  assert.deepEqual(await update.run({ rate: 1 }), { total: 2 * (21 + 24 + 10) });
  const after = await state.read("parameters");
  assert.deepEqual([...after.get("a")!], [-1, -2, -3, -4, -5, -6]);
  assert.deepEqual([...after.get("bias")!], [-14, -16, -18]);
  await step.dispose();
  await update.dispose();
  state.dispose();
});

test("a program that writes a vector in part says what is missing", async () => {
  const device = onnxRuntime("webgpu");
  const state = device.createState(slots, ["parameters"]);
  const program: Program = {
    name: "partial",
    inputs: { x: { role: "feed", type: "float32", shape: [1] } },
    compute: ({ x }) => ({ "parameters/scale": tf.reshape(x, []) }),
  };
  await assert.rejects(
    () => device.compile(program, { frozen: () => new Float32Array(), state }),
    (error) => error instanceof TunebookError && /parameters\/a is missing/.test(error.message),
  );
  state.dispose();
});

test("full fine-tuning is that of the cpu", async () => {
  const wanted = await trainTiny(await openDevice("cpu"), 3, full());
  const found = await trainTiny(onnxRuntime("webgpu"), 3, full());
  found.losses.forEach((loss, i) => {
    assert(Math.abs(loss - wanted.losses[i]) <= 1e-4 * wanted.losses[i], `step ${i + 1}: ${loss}`);
  });
  assert.deepEqual([...found.trained.keys()], [...wanted.trained.keys()]);
});

for (const precision of ["float32", "float16"] as const) {
  test(
    `nothing of a step in ${precision} but sizes is computed or copied on the processor`,
    () => checkWhereComputed(precision),
    precision,
  );
}

async function checkWhereComputed(precision: Precision): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const profile = join(folder, "run");
    await trainTiny(onnxRuntime("webgpu", undefined, { profile, precision }), 1, full());
    let onGpu = 0;
    for await (const { name } of Deno.readDir(folder)) {
      for (const { args } of JSON.parse(await Deno.readTextFile(join(folder, name)))) {
        if (args?.provider === "WebGpuExecutionProvider") onGpu++;
        if (/^Memcpy/.test(args?.op_name)) assert.fail(`a copy in ${name}`);
        if (args?.provider !== "CPUExecutionProvider" || !args.output_type_shape) continue;
        const types = args.output_type_shape.flatMap((output: object) => Object.keys(output));
        assert(types.every((type: string) => type === "int64"), `${args.op_name}: ${types}`);
      }
    }
    assert(onGpu > 500, `${onGpu} kernels`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const rows of [50, 1025]) {
  test(
    `the gradient of a table of ${rows} rows loses no id that occurs often`,
    () => checkRepeatedIds(onnxRuntime("webgpu"), { rows, width: 64, count: 512, runs: 1 }),
  );
}

// Whether or not there is a GPU: a rejection that nobody handles would end the process.
Deno.test("webgpu: a state that could not be written can be disposed of", async () => {
  const state = onnxRuntime("webgpu").createState(slots, ["parameters"]);
  const written = state.write("parameters", values);
  if (reason) await assert.rejects(written, { name: "TunebookError", kind: "device" });
  else await written;
  state.dispose();
  await new Promise((resolve) => setTimeout(resolve));
});
