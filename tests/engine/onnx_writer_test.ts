import assert from "node:assert/strict";
import * as proto from "onnx-proto";
import * as ort from "onnxruntime-node";
import { join } from "node:path";
import golden from "../golden/onnx.json" with { type: "json" };
import { digest, onnxModels } from "../golden/onnx_models.ts";
import { GraphBuilder } from "../../lib/engine/graph_builder.ts";
import type { Program } from "../../lib/engine/program.ts";
import { tf } from "../../lib/engine/tf.ts";
import { trace } from "../../lib/engine/trace.ts";
import { writeOnnx } from "../../lib/engine/onnx_writer.ts";

const remake = "the bytes have changed: run `deno task golden onnx`";
const numbers = Float32Array.from({ length: 600 }, (_, i) => i);

function scaled(names: { weight: string; feed: string; output: string }): Program {
  return {
    name: "scaled",
    inputs: {
      [names.weight]: { role: "frozen", type: "float32", shape: [600] },
      [names.feed]: { role: "feed", type: "float32", shape: ["rows", 1] },
    },
    compute: (all) => ({
      [names.output]: tf.neg(tf.exp(tf.mul(all[names.feed], all[names.weight]))),
      half: tf.mul(all[names.weight], 0.5),
    }),
  };
}

const plain = { weight: "w", feed: "x", output: "y" };

const { ModelProto } = (proto as unknown as { default: typeof proto }).default.onnx;

/** What nodes make for other nodes: the shapes that a written graph tells of it. */
function toldShapes(bytes: Uint8Array): (number | string)[][] {
  return (ModelProto.decode(bytes).graph!.valueInfo ?? []).map(({ type }) =>
    (type!.tensorType!.shape!.dim ?? [])
      .map(({ dimValue, dimParam }) => dimParam || Number(String(dimValue)))
  );
}

Deno.test("shapes with open dimensions are told where that is asked for, fixed ones never", async () => {
  const graph = trace({
    name: "folded",
    inputs: {
      x: { role: "feed", type: "float32", shape: ["rows", "tokens", 2] },
      w: { role: "feed", type: "float32", shape: [2] },
    },
    compute: ({ x, w }) => {
      const [rows, tokens] = x.shape;
      const flat = tf.exp(tf.reshape(tf.abs(x), [rows * tokens, 2]));
      return { y: tf.neg(tf.mul(flat, tf.neg(tf.exp(w)))) };
    },
  }, () => assert.fail());
  const { bytes } = writeOnnx(graph, { tellsShapes: true });
  const told = toldShapes(bytes).map(String);
  assert.ok(told.includes("rows,tokens,2"), told.join(" "));
  assert.ok(told.filter((shape) => shape === "tokens*rows,2").length >= 3, told.join(" "));
  assert.ok(!told.includes("2"), told.join(" "));
  assert.deepEqual(toldShapes(writeOnnx(graph).bytes), []);
  const session = await ort.InferenceSession.create(bytes);
  const tensor = (data: number[], dims: number[]) =>
    new ort.Tensor("float32", Float32Array.from(data), dims);
  const { y } = await session.run({ x: tensor([1, -2], [1, 1, 2]), w: tensor([0, 0], [2]) });
  await session.release();
  assert.deepEqual([y.dims, Array.from(y.data as Float32Array, Math.round)], [[1, 2], [3, 7]]);
});

Deno.test("the ONNX checker has seen the models as they are written now", async () => {
  const models = onnxModels();
  assert.deepEqual(models.map(({ name }) => name), Object.keys(golden.models));
  for (const model of models) {
    const { sha256, checked } = golden.models[model.name as keyof typeof golden.models];
    assert.equal(await digest(model), sha256, `${model.name}: ${remake}`);
    assert.equal(checked, true, model.name);
  }
});

Deno.test("the reference implementation of ONNX gives the same logits", () => {
  for (const name of ["forward", "forward-external"] as const) {
    assert(golden.models[name].difference < 1e-5, name);
  }
});

Deno.test("an exported model has int64 ids, open axes with names, and standard operators", async () => {
  const [forward] = onnxModels();
  const session = await ort.InferenceSession.create(forward.bytes);
  const spelled = Object.fromEntries(
    [...session.inputMetadata, ...session.outputMetadata].map((each) => {
      const { name, type, shape } = each as ort.InferenceSession.TensorValueMetadata;
      return [name, [type, ...shape]];
    }),
  );
  await session.release();
  assert.deepEqual(spelled, {
    input_ids: ["int64", "batch", "sequence"],
    attention_mask: ["int64", "batch", "sequence"],
    token_type_ids: ["int64", "batch", "sequence"],
    logits: ["float32", "batch", 2],
  });
  assert(!new TextDecoder().decode(forward.bytes).includes("com.microsoft"));
});

Deno.test("large constants go outside and come back", async () => {
  const graph = trace(scaled(plain), () => numbers);
  const folder = await Deno.makeTempDir();
  const model = writeOnnx(graph, { externalFile: "weights.bin", minExternalBytes: 1024 });
  assert(model.bytes.length < 1024);
  assert.equal(model.external[0]().byteLength, numbers.byteLength);
  assert.equal(model.external[0]().buffer, numbers.buffer);
  const path = join(folder, "model.onnx");
  await Deno.writeFile(path, model.bytes);
  for (const chunk of model.external) {
    await Deno.writeFile(join(folder, "weights.bin"), chunk(), { append: true });
  }
  const session = await ort.InferenceSession.create(path);
  const feed = new ort.Tensor("float32", Float32Array.of(0, 0.001), [2, 1]);
  const { y, half } = await session.run({ x: feed });
  assert.deepEqual(y.dims, [2, 600]);
  assert(Math.abs(y.data[1000] as number + Math.exp(0.4)) < 1e-5);
  assert.deepEqual([...half.data as Float32Array], [...numbers.map((value) => value / 2)]);
  await session.release();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("constants under the limit stay inside", () => {
  const graph = trace(scaled(plain), () => numbers);
  const model = writeOnnx(graph, { externalFile: "weights.bin", minExternalBytes: 4096 });
  assert.deepEqual(model.external, []);
  assert(model.bytes.length > numbers.byteLength);
});

Deno.test("more than 2 GiB of constants are passed on without a copy", () => {
  const gigabyte = 2 ** 30;
  const build = new GraphBuilder("large", { contrib: false });
  // One buffer of zeros, which the system keeps no pages for.
  const data = new Float32Array(gigabyte / 4);
  const count = 3;
  const constants = Array.from(
    { length: count },
    () => build.constant(data, { type: "float32", shape: [gigabyte / 4] }),
  );
  build.graph.outputs.push({
    name: "sum",
    value: build.emitOne("Sum", constants, constants[0]),
  });
  const { bytes, external } = writeOnnx(build.graph, { externalFile: "weights.bin" });
  assert.equal(external.length, count);
  assert(
    external.every((make) => make().buffer === data.buffer && make().byteLength === gigabyte),
  );
  assert(bytes.length < 1024);
  assert(new TextDecoder().decode(bytes).includes(String(2 * gigabyte)));
});

Deno.test("external constants start at whole pages", () => {
  const build = new GraphBuilder("pages", { contrib: false });
  const constants = [3, 5000].map((size) =>
    build.constant(new Float32Array(size).fill(size), { type: "float32", shape: [size] })
  );
  constants.forEach((value, i) => build.graph.outputs.push({ name: `y${i}`, value }));
  const { external } = writeOnnx(build.graph, { externalFile: "weights.bin" });
  assert.deepEqual(external.map((make) => make().length), [12, 4084, 20000, 480]);
});

Deno.test("names of a program never meet the names that tracing gives", async () => {
  const trials = [
    { weight: "v0", feed: "v1", output: "v2" },
    { weight: "v2", feed: "v0", output: "v3" },
    { weight: "v1", feed: "v2", output: "v0" },
  ];
  for (const names of trials) {
    const model = writeOnnx(trace(scaled(names), () => numbers));
    const session = await ort.InferenceSession.create(model.bytes);
    const feed = new ort.Tensor("float32", Float32Array.of(0), [1, 1]);
    const results = await session.run({ [names.feed]: feed });
    assert.equal(results[names.output].data[5], -1);
    await session.release();
  }
});

Deno.test("a result that is an input, a constant or another result is copied", async () => {
  const program: Program = {
    name: "copies",
    inputs: {
      x: { role: "feed", type: "float32", shape: ["rows"] },
      w: { role: "frozen", type: "float32", shape: [2] },
    },
    compute({ x, w }) {
      const y = tf.neg(x);
      return { same: tf.clone(x), weight: w, y, again: y };
    },
  };
  const model = writeOnnx(trace(program, () => Float32Array.of(3, 4)));
  const session = await ort.InferenceSession.create(model.bytes);
  const { same, weight, y, again } = await session.run({
    x: new ort.Tensor("float32", Float32Array.of(1, 2), [2]),
  });
  assert.deepEqual([same, weight, y, again].map(({ data }) => [...data as Float32Array]), [
    [1, 2],
    [3, 4],
    [-1, -2],
    [-1, -2],
  ]);
  await session.release();
});

Deno.test("whole numbers in float attributes stay floats", async () => {
  const program: Program = {
    name: "attributes",
    inputs: { x: { role: "feed", type: "float32", shape: [2] } },
    compute: ({ x }) => ({ y: tf.leakyRelu(x, 1) }),
  };
  const session = await ort.InferenceSession.create(writeOnnx(trace(program, () => numbers)).bytes);
  const { y } = await session.run({ x: new ort.Tensor("float32", Float32Array.of(-3, 3), [2]) });
  assert.deepEqual([...y.data as Float32Array], [-3, 3]);
  await session.release();
});
