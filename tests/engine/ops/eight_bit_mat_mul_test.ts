import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import { integerProducts } from "../../../lib/engine/devices/integer_products.ts";
import { openDevice } from "../../../lib/engine/devices/open_device.ts";
import {
  eightBitCodes,
  eightBitInputs,
  type EightBitUse,
} from "../../../lib/engine/eight_bit_weight.ts";
import {
  eightBitMatMul,
  trainedEightBitMatMul,
} from "../../../lib/engine/ops/eight_bit_mat_mul.ts";
import type { HostTensor, Program } from "../../../lib/engine/program.ts";
import { type Tensor, tf, type TypedArray } from "../../../lib/engine/tf.ts";
import { trace } from "../../../lib/engine/trace.ts";
import { assertClose } from "../parity.ts";
import { runGraph } from "../run_graph.ts";

type Uses = readonly EightBitUse[];
interface Product {
  readonly outFeatures: number;
  readonly inFeatures: number;
  readonly weight: Float32Array;
  readonly uses: Uses;
  readonly outlierColumns?: number;
  readonly hasBias?: boolean;
}

const both: Uses = ["forward", "backward"];
const shared: Uses = ["rows"];

function normal(size: number, seed: string): Float32Array {
  const random = Random.fromSeed(1, seed);
  return Float32Array.from({ length: size }, () => random.normal());
}

/** y and its gradient by x for a given dy, and by the bias. */
function programOf(
  { outFeatures, inFeatures, uses, outlierColumns = 0, hasBias = true }: Product,
): Program {
  const inputs: Record<string, Program["inputs"][string]> = {
    x: { role: "feed", type: "float32", shape: ["tokens", inFeatures] },
    dy: { role: "feed", type: "float32", shape: ["tokens", outFeatures] },
    bias: { role: "feed", type: "float32", shape: [outFeatures] },
  };
  for (const use of uses) {
    const { codes, scales } = eightBitInputs(use, [outFeatures, inFeatures]);
    inputs[`${use}.codes`] = codes;
    inputs[`${use}.scales`] = scales;
  }
  return {
    name: "eight bits",
    inputs,
    compute(tensors) {
      const of = (use: EightBitUse) => ({
        codes: tensors[`${use}.codes`],
        scales: tensors[`${use}.scales`],
      });
      const matrix = uses.includes("rows")
        ? { rows: of("rows") }
        : { forward: of("forward"), backward: of("backward") };
      const { x, dy, bias } = tensors;
      const run = (x: Tensor, bias?: Tensor) => eightBitMatMul(x, matrix, { outlierColumns, bias });
      const plain: Record<string, Tensor> = { y: run(x), dx: tf.grad((x) => run(x))(x, dy) };
      if (!hasBias) return plain;
      const [dx, db] = tf.grads((x, bias) => run(x, bias))([x, bias], dy);
      return { y: run(x, bias), dx, db };
    },
  };
}

function frozenOf({ weight, outFeatures, inFeatures }: Product) {
  return (name: string): TypedArray => {
    const [use, role] = name.split(".") as [EightBitUse, "codes" | "scales"];
    return eightBitCodes(use, weight, [outFeatures, inFeatures])[role];
  };
}

function feedsOf(
  { outFeatures, inFeatures }: Product,
  x: Float32Array,
  dy = normal(x.length / inFeatures * outFeatures, "dy"),
): Record<string, HostTensor> {
  const tokens = x.length / inFeatures;
  return {
    x: { shape: [tokens, inFeatures], data: x },
    dy: { shape: [tokens, outFeatures], data: dy },
    bias: { shape: [outFeatures], data: normal(outFeatures, "bias") },
  };
}

async function runOn(device: string, product: Product, x: Float32Array, dy?: Float32Array) {
  const compiled = await (await openDevice(device)).compile(programOf(product), {
    frozen: frozenOf(product),
  });
  try {
    return await compiled.run(feedsOf(product, x, dy));
  } finally {
    await compiled.dispose();
  }
}

function product(uses: Uses, options: Partial<Product> = {}): Product {
  const [outFeatures, inFeatures] = [24, 40];
  const weight = normal(outFeatures * inFeatures, "weight");
  return { outFeatures, inFeatures, weight, uses, ...options };
}

/** A·Bᵀ in float64. */
function exactly(a: Float32Array, b: Float32Array, inner: number): Float32Array {
  const [rows, columns] = [a.length / inner, b.length / inner];
  const made = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let i = 0; i < inner; i++) sum += a[row * inner + i] * b[column * inner + i];
      made[row * columns + column] = sum;
    }
  }
  return made;
}

function turned(matrix: Float32Array, rows: number): Float32Array {
  const columns = matrix.length / rows;
  return matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]);
}

function relativeError(found: ArrayLike<number>, wanted: Float32Array): number {
  let [off, whole] = [0, 0];
  wanted.forEach((each, i) => {
    off += (found[i] - each) ** 2;
    whole += each ** 2;
  });
  return Math.sqrt(off / whole);
}

const withOutlier = (x: Float32Array, inFeatures: number) =>
  x.map((each, i) => i % inFeatures === 7 ? 20 * each : each);

for (const [name, uses] of [["two sets of codes", both], ["one set of codes", shared]] as const) {
  for (const outlierColumns of [0, 3]) {
    Deno.test(`eight bits compiled as eager, forward and backward: ${name}, ${outlierColumns} outlier columns`, async () => {
      const given = product(uses, { outlierColumns });
      for (const tokens of [1, 9]) {
        const x = withOutlier(normal(tokens * given.inFeatures, "x"), given.inFeatures);
        x.fill(0, 0, tokens > 1 ? given.inFeatures : 0);
        const compiled = await runOn("cpu", given, x);
        for (const device of ["tfjs:cpu", "tfjs:wasm"]) {
          assertClose(
            compiled,
            await runOn(device, given, x),
            `${name}, ${tokens} tokens, ${device}`,
          );
        }
      }
    });
  }

  Deno.test(`a product in eight bits is near the exact one, outliers or not: ${name}`, async () => {
    const given = product(uses, { hasBias: false });
    const { weight, inFeatures, outFeatures } = given;
    const plain = normal(64 * inFeatures, "x");
    const { y, dx } = await runOn("cpu", given, plain);
    const dy = feedsOf(given, plain).dy.data as Float32Array;
    assert.ok(relativeError(y.data, exactly(plain, weight, inFeatures)) < 0.02);
    const exact = exactly(dy, turned(weight, outFeatures), outFeatures);
    assert.ok(relativeError(dx.data, exact) < 0.02);
    const outlying = withOutlier(plain, inFeatures);
    const errorWith = async (outlierColumns: number) => {
      const { y } = await runOn("cpu", { ...given, outlierColumns }, outlying);
      // The other columns' share of the result is what an outlier drowns.
      const others = outlying.map((each, i) => i % inFeatures === 7 ? 0 : each);
      const drowning = outlying.map((each, i) => i % inFeatures === 7 ? each : 0);
      const share = exactly(others, weight, inFeatures);
      const lone = exactly(drowning, roundedWeight(given), inFeatures);
      return relativeError(Float32Array.from(y.data, (each, i) => each - lone[i]), share);
    };
    const [without, kept] = [await errorWith(0), await errorWith(2)];
    assert.ok(without > 0.05, `an outlier costs nothing: ${without}`);
    assert.ok(kept < 0.03, `an outlier in float32 leaves an error of ${kept}`);
  });
}

/** The matrix that the codes for the forward product stand for. */
function roundedWeight({ weight, outFeatures, inFeatures }: Product): Float32Array {
  const { codes, scales } = eightBitCodes("rows", weight, [outFeatures, inFeatures]);
  return Float32Array.from(codes, (code, i) => code * scales[Math.floor(i / inFeatures)]);
}

Deno.test("sums of the largest bytes are exact, as whole numbers in JavaScript", async () => {
  const [outFeatures, inFeatures, tokens] = [320, 3072, 17];
  const random = Random.fromSeed(1, "extremes");
  // Only ±127 and numbers beside them: whatever adds two products in sixteen bits is cut.
  const extreme = () => (random.uniform() < 0.9 ? 1 : -1) * (random.uniform() < 0.5 ? 127 : 126);
  const extremes = (size: number) => Float32Array.from({ length: size }, extreme);
  const weight = extremes(outFeatures * inFeatures);
  const x = extremes(tokens * inFeatures);
  const dy = extremes(tokens * outFeatures);
  // Every scale is one: a row's or a column's largest number is 127, and x goes from −128 to 127.
  for (let row = 0; row < outFeatures; row++) weight[row * inFeatures] = 127;
  weight.fill(127, 0, inFeatures);
  for (let row = 0; row < tokens; row++) dy[row * outFeatures] = 127;
  x.set([-128, 127]);
  const wanted = {
    y: exactly(x, weight, inFeatures),
    dx: exactly(dy, turned(weight, outFeatures), outFeatures),
  };
  for (const uses of [both, shared]) {
    const given: Product = { outFeatures, inFeatures, weight, uses, hasBias: false };
    const found = await runOn("cpu", given, x, dy);
    for (const name of ["y", "dx"] as const) {
      const worst = wanted[name].reduce(
        (most, each, i) => Math.max(most, Math.abs(found[name].data[i] - each) / Math.abs(each)),
        0,
      );
      assert.ok(worst < 1e-6, `${name} is off by ${worst} of a number`);
    }
  }
});

Deno.test("both ways of multiplying exactly, and the simulation, give the same", async () => {
  assert.ok(["exact", "cut"].includes(await integerProducts()));
  const given = product(both, { outlierColumns: 2 });
  const feeds = feedsOf(given, withOutlier(normal(6 * given.inFeatures, "x"), given.inFeatures));
  const frozen = frozenOf(given);
  const readers = new Map<string, TypedArray>();
  const once = (name: string) => {
    const made = readers.get(name) ?? frozen(name);
    readers.set(name, made);
    return made;
  };
  // Small codes, so that a processor that cuts multiplies signed bytes exactly, too.
  for (const name of ["forward.codes", "backward.codes"]) {
    readers.set(name, (frozen(name) as Int8Array).map((code) => code >> 1));
  }
  const graphs = [
    trace(programOf(given), once, { integers: "exact" }),
    trace(programOf(given), once, { integers: "cut" }),
    trace(programOf(given), once, { integers: "cut", contrib: false }),
    trace(programOf(given), once),
  ];
  const results = [];
  for (const graph of graphs) results.push(await runGraph(graph, feeds));
  const ops = graphs.map(({ nodes }) => new Set(nodes.map(({ op }) => op)));
  assert.ok(ops[0].has("MatMulIntegerToFloat") && ops[1].has("MatMulIntegerToFloat"));
  assert.ok(ops[2].has("MatMulInteger") && !ops[3].has("QuantizeLinear"));
  for (const result of results.slice(1)) assertClose(result, results[0], "another way");
});

Deno.test("a weight that is trained is rounded in the graph, as each kind of processor wants it", async () => {
  const [outFeatures, inFeatures, tokens] = [24, 40, 9];
  const program: Program = {
    name: "trained",
    roundsMatrices: true,
    inputs: {
      x: { role: "feed", type: "float32", shape: ["tokens", inFeatures] },
      weight: { role: "feed", type: "float32", shape: [outFeatures, inFeatures] },
      bias: { role: "feed", type: "float32", shape: [outFeatures] },
      dy: { role: "feed", type: "float32", shape: ["tokens", outFeatures] },
    },
    compute({ x, weight, bias, dy }) {
      const run = (x: Tensor, weight: Tensor, bias: Tensor) =>
        trainedEightBitMatMul(x, weight, { bias, outlierColumns: 2 });
      const [dx, dw, db] = tf.grads((x, weight, bias) => run(x, weight, bias))(
        [x, weight, bias],
        dy,
      );
      return { y: run(x, weight, bias), dx, dw, db };
    },
  };
  const weight = normal(outFeatures * inFeatures, "weight");
  const x = normal(tokens * inFeatures, "x");
  const { dy, bias, ...others } = feedsOf(product(both), x);
  const feeds = { ...others, dy, bias, weight: { shape: [outFeatures, inFeatures], data: weight } };
  const results: Record<string, HostTensor>[] = [];
  for (const device of ["cpu", "tfjs:cpu"]) {
    const compiled = await (await openDevice(device)).compile(program, {
      frozen: () => new Float32Array(),
    });
    results.push(await compiled.run(feeds));
    await compiled.dispose();
  }
  assertClose(results[0], results[1], "compiled");
  const wanted = {
    dx: exactly(dy.data as Float32Array, turned(weight, outFeatures), outFeatures),
    dw: exactly(turned(dy.data as Float32Array, tokens), turned(x, tokens), tokens),
  };
  assert.ok(relativeError(results[0].dx.data, wanted.dx) < 0.02);
  assert.ok(relativeError(results[0].dw.data, wanted.dw) < 1e-6);
  for (const integers of ["exact", "cut"] as const) {
    const graph = trace(program, () => new Float32Array(), { integers });
    const rounded = graph.nodes.filter(({ op }) => op === "QuantizeLinear")
      .map(({ outputs }) => outputs[0]).find(({ shape }) => shape[0] === outFeatures);
    assert.equal(rounded?.type, integers === "exact" ? "int8" : "uint8");
    // The bytes 1 and 128 alone reach no sum that any processor cuts.
    const single = Float32Array.from(dy.data, (_, i) => i % (outFeatures + 1) === 0 ? -1 : 0);
    const given = { ...feeds, dy: { shape: dy.shape, data: single } };
    const { dx } = await runGraph(graph, given);
    const exact = exactly(single, turned(weight, outFeatures), outFeatures);
    assert.ok(relativeError(dx.data, exact) < 0.02, integers);
  }
});
