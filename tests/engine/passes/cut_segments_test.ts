import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import type { Graph } from "../../../lib/engine/graph.ts";
import { cutSegments, offloadableBytes } from "../../../lib/engine/passes/cut_segments.ts";
import type { HostTensor, Program } from "../../../lib/engine/program.ts";
import { tf } from "../../../lib/engine/tf.ts";
import { trace } from "../../../lib/engine/trace.ts";
import { assertClose } from "../parity.ts";
import { runGraph } from "../run_graph.ts";

const side = 160;
const matrixBytes = 4 * side * side;
const matrices = ["a", "b", "c", "d"];

function numbersOf(name: string): Float32Array {
  const random = Random.fromSeed(1, name);
  return Float32Array.from(
    { length: name === "bias" ? side : side * side },
    () => 0.1 * random.normal(),
  );
}

/** Products one after the other, whose inputs are read again in the opposite order. */
const program: Program = {
  name: "chain",
  inputs: {
    x: { role: "feed", type: "float32", shape: ["batch", 2, side / 2] },
    ...Object.fromEntries(
      matrices.map((name) => [name, { role: "frozen", type: "float32", shape: [side, side] }]),
    ),
    bias: { role: "frozen", type: "float32", shape: [side] },
  },
  compute({ x, bias, ...frozen }) {
    const inputs = [tf.reshape(x, [-1, side])];
    for (const name of matrices) {
      inputs.push(tf.tanh(tf.add(tf.matMul(inputs.at(-1)!, frozen[name]), bias)));
    }
    let back = inputs.pop()!;
    const last = back;
    for (const name of matrices.toReversed()) {
      back = tf.mul(tf.matMul(back, frozen[name], false, true), inputs.pop()!);
    }
    return { last, back };
  },
};

/** Runs segments one after the other, each with only what its graph says. */
async function runSegments(graph: Graph, maxBytes: number, x: HostTensor) {
  const segments = cutSegments(graph, maxBytes);
  const values = new Map<string, HostTensor>([["x", x]]);
  for (const { graph, weights, lastRead } of segments) {
    const given = Object.fromEntries(graph.inputs.map(({ name, shape }) => {
      const read = weights.get(name);
      return [name, read ? { shape, data: read() as Float32Array } : values.get(name)!];
    }));
    for (const [name, made] of Object.entries(await runGraph(graph, given))) values.set(name, made);
    for (const name of lastRead) assert.ok(values.delete(name), `${name} was freed twice`);
  }
  return { segments, values };
}

Deno.test("segments hold no more weights than allowed and give what the whole graph gives", async () => {
  const random = Random.fromSeed(1, "x");
  const x = {
    shape: [3, 2, side / 2],
    data: Float32Array.from({ length: 3 * side }, () => random.normal()),
  };
  const graph = trace(program, numbersOf);
  assert.equal(offloadableBytes(graph), 4 * matrixBytes);
  const whole = await runGraph(graph, { x });
  for (const held of [1, 2, 3, 4]) {
    const { segments, values } = await runSegments(graph, held * matrixBytes + 1, x);
    for (const { weights } of segments) assert.ok(weights.size <= held);
    // What a segment read last in the forward pass it reads first in the backward one.
    assert.equal(segments.length, [7, 3, 3, 1][held - 1]);
    const made = { last: values.get("last")!, back: values.get("back")! };
    assertClose(made, { last: whole.last, back: whole.back }, `${held} matrices`, 1e-5);
    assert.deepEqual([...values.keys()].sort(), ["back", "last", "x"]);
  }
});

Deno.test("a view is repeated where it is read, and does not cross a cut", () => {
  const graph = trace(program, numbersOf);
  const [first, ...others] = cutSegments(graph, matrixBytes);
  assert.ok(first.graph.nodes.some(({ op }) => op === "Reshape"));
  const views = new Set(
    graph.nodes.filter(({ op }) => op === "Reshape").flatMap(({ outputs }) => outputs),
  );
  for (const { graph } of others) {
    for (const input of graph.inputs) assert.ok(!views.has(input), input.name);
  }
  assert.ok(others.at(-1)!.graph.inputs.some(({ name }) => name === "x"));
});

Deno.test("weights that are larger than a segment are named", () => {
  const graph = trace(program, numbersOf);
  assert.throws(() => cutSegments(graph, matrixBytes - 1), {
    kind: "input",
    message: /segment of 102399 bytes is too small[^]*a: 102400 bytes[^]*d: 102400 bytes/,
  });
});
