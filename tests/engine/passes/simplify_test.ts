import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import { onnxRuntime } from "../../../lib/engine/devices/onnx_runtime.ts";
import { contribDomain, type Graph } from "../../../lib/engine/graph.ts";
import { sizeOf, type Value } from "../../../lib/engine/value.ts";
import { GraphBuilder } from "../../../lib/engine/graph_builder.ts";
import { writeOnnx } from "../../../lib/engine/onnx_writer.ts";
import { simplify } from "../../../lib/engine/passes/mod.ts";
import { assertClose } from "../parity.ts";
import { runGraph } from "../run_graph.ts";

const matrix = { type: "float32", shape: [4, 4] } as const;

/** A graph over two fed matrices, before its passes. */
function draw(
  outputsOf: (build: GraphBuilder, a: Value, b: Value) => readonly Value[],
  contrib = true,
): GraphBuilder {
  const build = new GraphBuilder("drawn", { contrib });
  const inputs = ["a", "b"].map((name): Value => ({ name, ...matrix }));
  build.graph.inputs.push(...inputs);
  outputsOf(build, inputs[0], inputs[1]).forEach((value, i) => {
    build.graph.outputs.push({ name: `y${i}`, value });
  });
  return build;
}

const count = ({ nodes }: Graph, op: string) => nodes.filter((node) => node.op === op).length;

/** Runs a drawing with and without passes, and checks how many nodes of each operator are left. */
async function simplified(
  left: Readonly<Record<string, number>>,
  outputsOf: (build: GraphBuilder, a: Value, b: Value) => readonly Value[],
  contrib = true,
): Promise<Graph> {
  const plain = draw(outputsOf, contrib);
  const build = draw(outputsOf, contrib);
  simplify(build);
  const found = Object.fromEntries(
    [...new Set(build.graph.nodes.map(({ op }) => op))].map((op) => [op, count(build.graph, op)]),
  );
  assert.deepEqual(found, left);
  assertClose(await runGraph(build.graph), await runGraph(plain.graph), "simplified", 1e-5);
  return build.graph;
}

const gemm = (build: GraphBuilder, a: Value, b: Value, c?: Value) =>
  build.emitOne("Gemm", c ? [a, b, c] : [a, b], matrix, { transA: { int: 0 }, transB: { int: 0 } });
const two = (build: GraphBuilder, op: string, a: Value, b: Value) =>
  build.emitOne(op, [a, b], matrix);

Deno.test("equal nodes are one node", async () => {
  await simplified({ Add: 1, Mul: 1 }, (build, a, b) => {
    const sum = two(build, "Add", a, b);
    return [two(build, "Mul", sum, two(build, "Add", a, b))];
  });
});

Deno.test("nodes and constants that nobody reads are removed", async () => {
  const graph = await simplified({ Add: 1 }, (build, a, b) => {
    two(build, "Mul", a, build.float(3));
    return [two(build, "Add", a, b)];
  });
  assert.equal(graph.constants.size, 0);
});

Deno.test("arithmetic that changes nothing is removed", async () => {
  await simplified({ Neg: 1 }, (build, a) => {
    const once = two(build, "Mul", a, build.float(1));
    const twice = two(build, "Div", two(build, "Add", build.float(0), once), build.float(1));
    return [build.emitOne("Neg", [two(build, "Sub", twice, build.float(0))], matrix)];
  });
});

Deno.test("0 − x and 1 / x are kept, and a one that makes the result larger too", async () => {
  const row = { type: "float32", shape: [1, 4] } as const;
  await simplified({ Sub: 1, Div: 1, Slice: 1, Mul: 1 }, (build, a, b) => {
    const part = build.slice(b, [0, 0], [1, 4]);
    const ones = build.constant(new Float32Array(4).fill(1), { type: "float32", shape: [4, 1] });
    assert.deepEqual(part.shape, row.shape);
    return [
      two(build, "Sub", build.float(0), a),
      two(build, "Div", build.float(1), b),
      two(build, "Mul", part, ones),
    ];
  });
});

Deno.test("a repetition is left to the element-wise reader", async () => {
  await simplified({ Slice: 1, Add: 1 }, (build, a, b) => {
    const row = build.slice(b, [0, 0], [1, 4]);
    return [two(build, "Add", build.expand(row, [4, 4]), a)];
  });
});

Deno.test("a factor goes into the product before it, through a transpose", async () => {
  const graph = await simplified({ Gemm: 1, Transpose: 1 }, (build, a, b) => {
    const turned = build.emitOne("Transpose", [gemm(build, a, b)], matrix, {
      perm: { ints: [1, 0] },
    });
    return [two(build, "Mul", turned, build.float(0.5))];
  });
  assert.deepEqual(graph.nodes[0].attributes.alpha, { float: 0.5 });
});

Deno.test("a factor goes into the products after it", async () => {
  await simplified({ Gemm: 2 }, (build, a, b) => {
    const scaled = two(build, "Mul", build.float(3), a);
    return [gemm(build, scaled, b), gemm(build, b, scaled)];
  });
});

Deno.test("a factor before and one after the same product multiply", async () => {
  const graph = await simplified({ Gemm: 1 }, (build, a, b) => {
    const scaled = two(build, "Mul", a, build.float(3));
    return [two(build, "Mul", gemm(build, scaled, b), build.float(0.5))];
  });
  assert.deepEqual(graph.nodes[0].attributes.alpha, { float: 1.5 });
});

Deno.test("a factor after a product with a sum scales both", async () => {
  const graph = await simplified({ Gemm: 1 }, (build, a, b) => [
    two(build, "Mul", gemm(build, a, b, a), build.float(2)),
  ]);
  assert.deepEqual(graph.nodes[0].attributes.alpha, { float: 2 });
  assert.deepEqual(graph.nodes[0].attributes.beta, { float: 2 });
  await simplified(
    { Gemm: 1 },
    (build, a, b) => [
      two(build, "Mul", two(build, "Add", gemm(build, a, b), a), build.float(0.5)),
    ],
  );
});

Deno.test("a factor stays where a sum that is read twice, itself twice or an output would change", async () => {
  await simplified({ Mul: 1, Gemm: 1, Sub: 1 }, (build, a, b) => {
    const sum = gemm(build, a, b, a);
    return [two(build, "Sub", two(build, "Mul", sum, build.float(2)), sum)];
  });
  await simplified({ Mul: 1, Gemm: 1 }, (build, a) => {
    const scaled = two(build, "Mul", a, build.float(2));
    return [gemm(build, scaled, scaled)];
  });
  await simplified({ Mul: 1, Gemm: 1 }, (build, a, b) => {
    const made = gemm(build, a, b);
    return [two(build, "Mul", made, build.float(2)), made];
  });
  await simplified({ Mul: 1, Gemm: 1 }, (build, a, b) => {
    const scaled = two(build, "Mul", a, build.float(2));
    return [gemm(build, scaled, b), scaled];
  });
});

Deno.test("a sum goes into the product before it", async () => {
  await simplified({ Gemm: 1 }, (build, a, b) => [two(build, "Add", gemm(build, a, b), a)]);
  await simplified(
    { Gemm: 1 },
    (build, a, b) => [two(build, "Add", build.float(2), gemm(build, a, b))],
  );
});

Deno.test("a scaled product takes a sum, and the sum is not scaled", async () => {
  const graph = await simplified({ Gemm: 1 }, (build, a, b) => [
    two(build, "Add", two(build, "Mul", gemm(build, a, b), build.float(0.25)), b),
  ]);
  assert.deepEqual(graph.nodes[0].attributes.alpha, { float: 0.25 });
});

Deno.test("of two products that are added one takes the other", async () => {
  await simplified({ Gemm: 2 }, (build, a, b) => [
    two(build, "Add", gemm(build, a, b), gemm(build, b, a)),
  ]);
});

Deno.test("a product plus itself is no sum that it can take", async () => {
  await simplified({ Gemm: 1, Add: 1 }, (build, a, b) => {
    const made = gemm(build, a, b);
    return [two(build, "Add", made, made)];
  });
});

Deno.test("standard files keep MatMul and their factors", async () => {
  const batch = { type: "float32", shape: [1, 4, 4] } as const;
  const drawing = (build: GraphBuilder, a: Value, b: Value) => {
    const made = build.emitOne("MatMul", [build.reshape(a, [1, 4, 4]), b], batch);
    return [build.emitOne("Mul", [made, build.float(2)], batch)];
  };
  await simplified({ Reshape: 1, MatMul: 1, Mul: 1 }, drawing, false);
  const graph = await simplified({ Reshape: 1, FusedMatMul: 1 }, drawing);
  assert.equal(graph.nodes[1].domain, contribDomain);
});

Deno.test("100 random graphs give the same with and without passes", async () => {
  const device = onnxRuntime("cpu");
  assert.equal(device.name, "cpu");
  for (let seed = 0; seed < 100; seed++) {
    const plain = draw((build, a, b) => randomOutputs(Random.fromSeed(seed), build, a, b));
    const build = draw((build, a, b) => randomOutputs(Random.fromSeed(seed), build, a, b));
    simplify(build);
    const where = `graph ${seed}`;
    assert(build.graph.nodes.length <= plain.graph.nodes.length, where);
    assertClose(await runGraph(build.graph), await runGraph(plain.graph), where, 1e-3);
    assert(writeOnnx(build.graph).bytes.length > 0);
  }
});

/** Up to 14 nodes on [4, 4] matrices, rows and scalars, of the kinds that the passes look for. */
function randomOutputs(random: Random, build: GraphBuilder, a: Value, b: Value): Value[] {
  const values = [a, b];
  const pick = () => values[random.integer(values.length)];
  const number = () => build.float([0, 1, 0.5, -2][random.integer(4)]);
  const steps: (() => Value)[] = [
    () => two(build, "Add", pick(), pick()),
    () => two(build, "Add", pick(), pick()),
    () => two(build, "Sub", pick(), number()),
    () => two(build, "Mul", pick(), number()),
    () => two(build, "Mul", number(), pick()),
    () => two(build, "Div", pick(), build.float([1, 2][random.integer(2)])),
    () => two(build, "Add", number(), pick()),
    () => gemm(build, pick(), pick()),
    () => gemm(build, pick(), pick()),
    () => build.emitOne("MatMul", [pick(), pick()], matrix),
    () => build.emitOne("Transpose", [pick()], matrix, { perm: { ints: [1, 0] } }),
    () => build.emitOne("Tanh", [pick()], matrix),
    () => build.expand(build.slice(pick(), [0, 0], [1, 4]), [4, 4]),
    () => build.reshape(build.reshape(pick(), [2, 8]), [4, 4]),
    () =>
      two(
        build,
        "Mul",
        pick(),
        build.constant(Float32Array.of(2), { type: "float32", shape: [1, 1] }),
      ),
  ];
  const size = 4 + random.integer(10);
  for (let i = 0; i < size; i++) {
    const value = steps[random.integer(steps.length)]();
    // Keeps numbers small, whatever is multiplied.
    values.push(i % 4 === 3 ? build.emitOne("Tanh", [value], matrix) : value);
  }
  const outputs = [values.at(-1)!, pick()];
  return outputs.map((value) =>
    value === a || value === b ? build.emitOne("Neg", [value], matrix) : value
  );
}

Deno.test("rows are added onto the matrix that they would be summed with, not onto zeros", async () => {
  const scattered = (build: GraphBuilder, rows: Value, onto: Value) => {
    const ids = build.expand(
      build.constant(Int32Array.of(2, 0, 2, 1), { type: "int32", shape: [4, 1] }),
      [4, 4],
    );
    return build.emitOne("ScatterElements", [onto, ids, rows], matrix, {
      axis: { int: 0 },
      reduction: { text: "add" },
    });
  };
  const zeros = (build: GraphBuilder) => build.fill([4, 4], 0, "float32");
  await simplified({ Expand: 1, ScatterElements: 1 }, (build, a, b) => [
    two(build, "Add", scattered(build, a, zeros(build)), b),
  ]);
  await simplified({ Expand: 1, ScatterElements: 1 }, (build, a, b) => [
    two(build, "Add", b, scattered(build, a, zeros(build))),
  ]);
  // Others read the sum of the rows, or it starts from other numbers.
  await simplified({ Expand: 2, ScatterElements: 1, Add: 1 }, (build, a, b) => {
    const rows = scattered(build, a, zeros(build));
    return [two(build, "Add", rows, b), rows];
  });
  await simplified({ Expand: 1, ScatterElements: 1, Add: 1 }, (build, a, b) => [
    two(build, "Add", scattered(build, a, b), b),
  ]);
});

Deno.test("what is added to each channel moves into its convolution", async () => {
  const maps = { type: "float32", shape: [1, 4, 2, 2] } as const;
  const channels = { type: "float32", shape: [4] } as const;
  await simplified({ Reshape: 2, ReduceSum: 1, Neg: 1, Conv: 2, Mul: 1 }, (build, a, b) => {
    const weight = build.reshape(b, [4, 4, 1, 1]);
    const conv = (x: Value) => build.emitOne("Conv", [x, weight], maps);
    const bias = build.emitOne("ReduceSum", [b, build.ints([0])], channels, {
      keepdims: { int: 0 },
    });
    const biased = (x: Value, bias: Value) =>
      build.emitOne("Add", [x, build.reshape(bias, [1, 4, 1, 1])], maps);
    const first = biased(conv(build.reshape(a, maps.shape)), bias);
    const second = conv(first);
    return [biased(second, build.emitOne("Neg", [bias], channels)), first].map((y) =>
      build.emitOne("Mul", [y, y], maps)
    ).slice(0, 1);
  });
});

Deno.test("a convolution that something else reads keeps its sum apart", async () => {
  const maps = { type: "float32", shape: [1, 4, 2, 2] } as const;
  await simplified({ Reshape: 3, ReduceSum: 1, Conv: 1, Add: 1 }, (build, a, b) => {
    const weight = build.reshape(b, [4, 4, 1, 1]);
    const conv = build.emitOne("Conv", [build.reshape(a, maps.shape), weight], maps);
    const bias = build.emitOne("ReduceSum", [b, build.ints([0])], { type: "float32", shape: [4] }, {
      keepdims: { int: 0 },
    });
    return [build.emitOne("Add", [conv, build.reshape(bias, [1, 4, 1, 1])], maps), conv];
  });
});

Deno.test("factors of channels move into a frozen convolution", async () => {
  const maps = { type: "float32", shape: [1, 4, 2, 2] } as const;
  const random = Random.fromSeed(1, "weight");
  const numbers = (size: number) => Float32Array.from({ length: size }, () => random.normal());
  const frozen = [numbers(4 * 4 * 9), numbers(4)];
  const drawn = (build: GraphBuilder, weight: Value, a: Value) => {
    const factors = build.constant(frozen[1], { type: "float32", shape: [4] });
    const scaled = build.emitOne("Mul", [
      build.reshape(a, maps.shape),
      build.reshape(factors, [1, 4, 1, 1]),
    ], maps);
    return build.emitOne("Conv", [scaled, weight], maps, { pads: { ints: [1, 1, 1, 1] } });
  };
  const constant = (build: GraphBuilder) =>
    build.constant(frozen[0], { type: "float32", shape: [4, 4, 3, 3] });
  const graph = await simplified({ Reshape: 2, Mul: 1, Conv: 1 }, (build, a) => [
    drawn(build, constant(build), a),
  ]);
  const [weight] = graph.nodes.find(({ op }) => op === "Mul")!.inputs;
  assert.deepEqual(weight!.shape, [4, 4, 3, 3]);
  const others = [
    ["ConvTranspose", [4, 2, 2, 2], { strides: { ints: [2, 2] }, group: { int: 2 } }, [4, 4]],
    ["Conv", [4, 1, 1, 1], { group: { int: 4 } }, [2, 2]],
  ] as const;
  for (const [op, shape, attributes, size] of others) {
    await simplified({ Reshape: 3, Mul: 1, [op]: 1 }, (build, a) => {
      const factors = build.constant(frozen[1], { type: "float32", shape: [4] });
      const scaled = build.emitOne("Mul", [
        build.reshape(a, maps.shape),
        build.reshape(factors, [1, 4, 1, 1]),
      ], maps);
      const numbers = frozen[0].slice(0, sizeOf(shape));
      const weight = build.constant(numbers, { type: "float32", shape: [...shape] });
      return [
        build.emitOne(
          op,
          [scaled, weight],
          { type: "float32", shape: [1, 4, ...size] },
          attributes,
        ),
      ];
    });
  }
  // A weight that is no constant would be multiplied in each run.
  const kept = await simplified({ Reshape: 3, Expand: 1, Mul: 1, Conv: 1 }, (build, a, b) => {
    const trained = build.reshape(b, [4, 4, 1, 1]);
    return [drawn(build, build.expand(trained, [4, 4, 3, 3]), a)];
  });
  assert.deepEqual(kept.nodes.find(({ op }) => op === "Mul")!.outputs[0].shape, maps.shape);
});
