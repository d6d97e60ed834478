import assert from "node:assert/strict";
import type { Graph, GraphNode } from "../../../lib/engine/graph.ts";
import { ops, type Program, type Tensor, tf, valueAndGradients } from "../../../lib/engine/mod.ts";
import { trace } from "../../../lib/engine/trace.ts";
import { writeOnnx } from "../../../lib/engine/onnx_writer.ts";
import { isMistake } from "../../is_mistake.ts";

const size = 8;
const matrix = { role: "frozen", type: "float32", shape: [size, size] } as const;
const row = { role: "frozen", type: "float32", shape: [size] } as const;

/** A block as of a transformer: attention and a feed-forward part, each added to what comes in. */
const block: Program = {
  name: "block",
  inputs: {
    ids: { role: "feed", type: "int32", shape: ["tokens"] },
    mask: { role: "feed", type: "float32", shape: ["tokens"] },
    labels: { role: "feed", type: "float32", shape: ["tokens", size] },
    "parameters/trained": { role: "state", type: "float32", shape: [size, size] },
    ...{ table: matrix, query: matrix, up: matrix, down: matrix },
    ...{ scale: row, offset: row, bias: row },
  },
  compute(inputs) {
    const { value, gradients } = valueAndGradients(() => {
      const x = tf.gather(inputs.table, inputs.ids);
      const q = tf.matMul(tf.matMul(x, inputs["parameters/trained"]), inputs.query);
      const scores = tf.add(tf.matMul(q, x, false, true), tf.mul(tf.sub(1, inputs.mask), -1e9));
      const attended = tf.add(x, tf.matMul(tf.softmax(scores), x));
      const normed = ops.layerNorm(attended, inputs.scale, inputs.offset, 1e-5);
      const inner = ops.gelu(tf.add(tf.matMul(normed, inputs.up), inputs.bias));
      const out = tf.add(attended, tf.matMul(inner, inputs.down));
      const logits = tf.matMul(out, inputs["parameters/trained"]);
      return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), inputs.labels))) as Tensor;
    }, { trained: inputs["parameters/trained"] });
    return { loss: value, "parameters/trained": gradients.trained };
  },
};

const weight = (name: string) => block.inputs[name].shape.length === 2 ? size * size : size;
const traced = (frozen = (name: string) => new Float32Array(weight(name)).fill(0.5)) =>
  trace(block, frozen, { contrib: false, webgpu: true, precision: "float16" });

const isFloat = (type: string) => type.startsWith("float");
const floatsOf = ({ inputs, outputs }: GraphNode) =>
  [...inputs.filter((value) => value !== undefined), ...outputs].map(({ type }) => type)
    .filter(isFloat);
const nodesOf = ({ nodes }: Graph, ...names: string[]) =>
  nodes.filter(({ op }) => names.includes(op));

Deno.test("every node has floats of one type, and casts stand between", () => {
  const graph = traced();
  for (const node of graph.nodes) {
    if (node.op === "Cast" || node.op === "Shape") continue;
    assert.ok(new Set(floatsOf(node)).size <= 1, `${node.op}: ${floatsOf(node)}`);
  }
  const halved = nodesOf(graph, "Cast").filter(({ outputs }) => outputs[0].type === "float16");
  assert.equal(new Set(halved.map(({ inputs }) => inputs[0])).size, halved.length, "cast once");
});

Deno.test("products and activations between them are float16, sums and losses float32", () => {
  const graph = traced();
  const inHalf = (node: GraphNode) => floatsOf(node).every((type) => type === "float16");
  const inWhole = (node: GraphNode) => floatsOf(node).every((type) => type === "float32");
  assert.ok(nodesOf(graph, "MatMul", "Gemm").length > 4);
  for (const node of nodesOf(graph, "MatMul", "Gemm", "Erf")) assert.ok(inHalf(node), node.op);
  const wide = ["Softmax", "LogSoftmax", "LayerNormalization", "ReduceSum", "ReduceMean", "Log"];
  assert.ok(nodesOf(graph, ...wide).length >= 4);
  for (const node of nodesOf(graph, ...wide)) assert.ok(inWhole(node), node.op);
  // The bell of GELU's slope: e^(a − z²).
  const [bell] = nodesOf(graph, "Exp").filter(inHalf);
  assert.ok(bell, "no exponential in float16");
  for (const { value } of graph.outputs) assert.equal(value.type, "float32");
  for (const input of graph.inputs) assert.notEqual(input.type, "float16");
});

Deno.test("what layers add to is float32, and so is what meets a mask", () => {
  const graph = traced();
  const norm = nodesOf(graph, "LayerNormalization")[0];
  const producer = graph.nodes.find(({ outputs }) => outputs.includes(norm.inputs[0]!))!;
  assert.deepEqual([producer.op, producer.outputs[0].type], ["Add", "float32"]);
  const softmax = nodesOf(graph, "Softmax")[0];
  const masked = graph.nodes.find(({ outputs }) => outputs.includes(softmax.inputs[0]!))!;
  assert.deepEqual([masked.op, masked.outputs[0].type], ["Add", "float32"]);
});

Deno.test("frozen matrices are stored in half the bytes; norms keep theirs", () => {
  const graph = traced();
  const stored = new Map([...graph.constants.keys()].map(({ name, type }) => [name, type]));
  for (const name of ["table", "query", "up", "down", "bias"]) {
    assert.equal(stored.get(`${name} in float16`), "float16", name);
    assert.equal(stored.has(name), false, name);
  }
  assert.equal(stored.get("scale"), "float32");
});

Deno.test("thousands of logits' gradients are added up in float32", () => {
  const words = 8192;
  const program: Program = {
    name: "language",
    inputs: {
      x: { role: "feed", type: "float32", shape: ["tokens", size] },
      own: { role: "feed", type: "float32", shape: ["tokens", words] },
      "parameters/inner": { role: "state", type: "float32", shape: [size, size] },
      table: { role: "frozen", type: "float32", shape: [words, size] },
    },
    compute: ({ x, own, table, ...inputs }) => {
      const inner = inputs["parameters/inner"];
      const { value, gradients } = valueAndGradients(() => {
        const logits = tf.matMul(tf.matMul(x, inner), table, false, true);
        return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), own))) as Tensor;
      }, { inner });
      return { loss: value, "parameters/inner": gradients.inner };
    },
  };
  const graph = trace(program, () => new Float32Array(words * size), {
    ...{ contrib: false, webgpu: true, precision: "float16" },
  });
  const types = nodesOf(graph, "Gemm", "MatMul").map(({ inputs: [a], outputs: [y] }) => [
    a!.shape.includes(words) && y.shape.at(-1) === size,
    y.type,
  ]);
  assert.deepEqual(types, [
    [false, "float16"],
    [false, "float16"],
    [true, "float32"],
    [false, "float16"],
  ]);
});

Deno.test("a weight that float16 does not hold is an error that names it", () => {
  const graph = traced((name) => new Float32Array(weight(name)).fill(name === "up" ? 7e4 : 0.5));
  assert.throws(
    () => writeOnnx(graph),
    isMistake("weights", 'the weight "up" holds 70000', 'precision "float32"'),
  );
});

Deno.test("an exponential or a square of a product that is no bell stays in range", () => {
  const program: Program = {
    name: "products",
    inputs: { x: { role: "feed", type: "float32", shape: [size, size] }, weight: matrix },
    compute: ({ x, weight }) => {
      const y = tf.matMul(x, weight);
      return { powers: tf.matMul(tf.exp(y), x), squares: tf.matMul(tf.square(y), weight) };
    },
  };
  const graph = trace(program, () => new Float32Array(size * size), {
    ...{ contrib: false, webgpu: true, precision: "float16" },
  });
  for (const node of nodesOf(graph, "Exp", "Mul", "Pow")) {
    assert.deepEqual(new Set(floatsOf(node)), new Set(["float32"]), node.op);
  }
});
