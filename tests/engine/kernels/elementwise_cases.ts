/**
 * Cases of the element-wise kernels.
 *
 * @module
 */
import { type Tensor, tf } from "../../../lib/engine/tf.ts";
import { bools, type Case, floats, given, ints } from "../parity.ts";

type Pair = (a: Tensor, b: Tensor) => Tensor;
type Single = (x: Tensor) => Tensor;

/** All the ways in which two operands meet. `b` stays away from zero where `nonZero` is set. */
function pairs(kernel: string, run: Pair, { nonZero = false, integers = true } = {}): Case[] {
  const low = nonZero ? 0.5 : -2;
  const lowest = nonZero ? 1 : -5;
  const cases: Case[] = [
    { kernel, name: "same shape", inputs: [floats([2, 3]), floats([2, 3], low)], run },
    { kernel, name: "row", inputs: [floats([2, 3]), floats([3], low)], run },
    { kernel, name: "column", inputs: [floats([2, 1]), floats([1, 3], low)], run },
    { kernel, name: "scalars", inputs: [floats([]), floats([], low)], run },
    { kernel, name: "left scalar", inputs: [floats([]), floats([2, 2, 2], low)], run },
    { kernel, name: "rank 4", inputs: [floats([2, 1, 3, 1]), floats([4, 1, 2], low)], run },
    { kernel, name: "empty", inputs: [floats([0, 3]), floats([3], low)], run },
  ];
  if (integers) {
    cases.push(
      { kernel, name: "int32", inputs: [ints([3, 4]), ints([4], lowest)], run },
      { kernel, name: "int32 with float32", inputs: [ints([3]), floats([2, 3], low)], run },
      {
        kernel,
        name: "bool with float32",
        inputs: [bools([2, 3]), floats([3], low)],
        run,
      },
    );
  }
  return cases;
}

const special = given("float32", [7], [0, -0, 1, -1, Infinity, -Infinity, NaN]);

/** A function of one number, on [low, high). */
function singles(
  kernel: string,
  run: Single,
  { low = -2, high = 2, integers = false, specials = false, wasm = "" } = {},
): Case[] {
  const notOnWasm = wasm ? { notOnWasm: wasm } : {};
  const cases: Case[] = [
    { kernel, name: "scalar", inputs: [floats([], low, high)], run },
    { kernel, name: "rank 1", inputs: [floats([9], low, high)], run },
    { kernel, name: "rank 4", inputs: [floats([2, 1, 3, 2], low, high)], run },
    { kernel, name: "empty", inputs: [floats([2, 0], low, high)], run },
  ];
  if (integers) cases.push({ kernel, name: "int32", inputs: [ints([3, 4])], run });
  if (specials) cases.push({ kernel, name: "special numbers", inputs: [special], run });
  return cases.map((each) => ({ ...each, ...notOnWasm }));
}

function comparisons(kernel: string, run: Pair): Case[] {
  const halves = given("float32", [2, 3], [0, 1, 2, -1, 0, NaN]);
  return [
    { kernel, name: "float32", inputs: [halves, given("float32", [3], [0, 2, 1])], run },
    { kernel, name: "int32", inputs: [ints([4, 3], 0, 2), ints([3], 0, 2)], run },
    { kernel, name: "bool", inputs: [bools([5]), bools([5])], run },
    { kernel, name: "scalar", inputs: [ints([], 0, 1), ints([3, 1], 0, 1)], run },
    { kernel, name: "empty", inputs: [ints([0]), ints([1])], run },
  ];
}

const positive = { low: 0.1, high: 3 };
const many = { integers: true, specials: true };

/** Cases of the element-wise kernels. */
export const elementwiseCases: readonly Case[] = [
  ...pairs("Add", tf.add),
  ...pairs("Sub", tf.sub),
  ...pairs("Multiply", tf.mul),
  ...pairs("RealDiv", tf.div, { nonZero: true, integers: false }),
  { kernel: "RealDiv", name: "by zero", inputs: [floats([3]), floats([3], 0, 0)], run: tf.div },
  ...pairs("FloorDiv", tf.floorDiv, { nonZero: true }).map((each) => ({
    ...each,
    notOnWasm: "its quotient of float32 is float32",
  })),
  {
    kernel: "FloorDiv",
    name: "negative divisor",
    inputs: [ints([9]), given("int32", [], [-3])],
    run: tf.floorDiv,
  },
  { kernel: "FloorDiv", name: "int32 tf.div", inputs: [ints([9]), ints([9], 1)], run: tf.div },
  ...pairs("Mod", tf.mod, { nonZero: true }),
  {
    kernel: "Mod",
    name: "negative divisor",
    inputs: [ints([9]), given("int32", [], [-3])],
    run: tf.mod,
  },
  ...pairs("Maximum", tf.maximum),
  ...pairs("Minimum", tf.minimum),
  {
    kernel: "Pow",
    name: "float32",
    inputs: [floats([2, 3], 0.1), floats([3])],
    run: tf.pow,
  },
  { kernel: "Pow", name: "int32", inputs: [ints([2, 3]), ints([3], 0, 4)], run: tf.pow },
  { kernel: "Pow", name: "square", inputs: [floats([5])], run: (x) => tf.pow(x, 2) },
  { kernel: "Pow", name: "scalar", inputs: [floats([], 1), floats([])], run: tf.pow },
  ...pairs("SquaredDifference", tf.squaredDifference),
  ...comparisons("Equal", tf.equal),
  ...comparisons("NotEqual", tf.notEqual),
  ...comparisons("Greater", tf.greater),
  ...comparisons("GreaterEqual", tf.greaterEqual),
  ...comparisons("Less", tf.less),
  ...comparisons("LessEqual", tf.lessEqual),
  { kernel: "LogicalAnd", name: "row", inputs: [bools([2, 3]), bools([3])], run: tf.logicalAnd },
  { kernel: "LogicalAnd", name: "scalar", inputs: [bools([]), bools([3])], run: tf.logicalAnd },
  { kernel: "LogicalOr", name: "row", inputs: [bools([2, 3]), bools([3])], run: tf.logicalOr },
  { kernel: "LogicalOr", name: "empty", inputs: [bools([0, 3]), bools([3])], run: tf.logicalOr },
  { kernel: "LogicalNot", name: "rank 2", inputs: [bools([2, 3])], run: tf.logicalNot },
  { kernel: "LogicalNot", name: "scalar", inputs: [bools([])], run: tf.logicalNot },
  { kernel: "IsNan", name: "float32", inputs: [special], run: tf.isNaN },
  {
    kernel: "IsNan",
    name: "int32",
    inputs: [ints([4])],
    run: tf.isNaN,
    notOnWasm: "it takes the bits for a float32",
  },
  ...singles("Abs", tf.abs, many),
  ...singles("Neg", tf.neg, many),
  ...singles("Sign", tf.sign, { integers: true }),
  ...singles("Relu", tf.relu, { integers: true }),
  ...singles("Relu6", tf.relu6, { low: -9, high: 9, integers: true }),
  ...singles("Elu", tf.elu),
  ...singles("Selu", tf.selu),
  ...singles("LeakyRelu", (x) => tf.leakyRelu(x, 0.3)),
  ...singles("Exp", tf.exp, { specials: true }),
  ...singles("Expm1", tf.expm1, { specials: true }),
  ...singles("Expm1", tf.expm1, { low: -1e-4, high: 1e-4 }),
  ...singles("Log", tf.log, { ...positive, specials: true }),
  ...singles("Log1p", tf.log1p, { ...positive, specials: true }),
  ...singles("Log1p", tf.log1p, { low: -1e-4, high: 1e-4 }),
  ...singles("Sqrt", tf.sqrt, { ...positive, specials: true }),
  ...singles("Rsqrt", tf.rsqrt, positive),
  ...singles("Reciprocal", tf.reciprocal, positive),
  ...singles("Square", tf.square, { integers: true }),
  ...singles("Sigmoid", tf.sigmoid, { specials: true }),
  ...singles("Sigmoid", tf.sigmoid, { low: -90, high: 90 }),
  ...singles("Tanh", tf.tanh, { specials: true }),
  ...singles("Erf", tf.erf),
  ...singles("Softplus", tf.softplus, { low: -40, high: 40 }),
  ...singles("Sin", tf.sin),
  ...singles("Cos", tf.cos),
  ...singles("Floor", tf.floor),
  ...singles("Ceil", tf.ceil),
  ...singles("Round", tf.round, { integers: true }),
  {
    kernel: "Round",
    name: "halves go to even",
    inputs: [given("float32", [6], [-1.5, -0.5, 0.5, 1.5, 2.5, 3.5])],
    run: tf.round,
  },
  ...singles("ClipByValue", (x) => tf.clipByValue(x, -0.5, 1.25)),
  {
    kernel: "ClipByValue",
    name: "int32",
    inputs: [ints([9])],
    run: (x) => tf.clipByValue(x, -1, 2),
    notOnWasm: "it writes the bits of a float32",
  },
  ...singles("Step", (x) => tf.step(x, 0.25)),
  {
    kernel: "Step",
    name: "NaN and zero",
    inputs: [given("float32", [3], [NaN, 0, -0])],
    run: (x) => tf.step(x),
    notOnWasm: "it gives 0 for NaN",
  },
  { kernel: "Identity", name: "clone", inputs: [floats([2, 2])], run: (x) => tf.clone(x) },
  { kernel: "Identity", name: "int32", inputs: [ints([2])], run: (x) => tf.clone(x) },
  ...(["float32", "int32", "bool"] as const).flatMap((type) => [
    {
      kernel: "Cast",
      name: `${type} from float32`,
      inputs: [floats([6])],
      run: castTo(type),
      ...(type === "bool" ? { notOnWasm: "it keeps the low byte of the bits" } : {}),
    },
    {
      kernel: "Cast",
      name: `${type} from int32`,
      inputs: [ints([2, 3], -1, 1)],
      run: castTo(type),
      ...(type === "bool" ? { notOnWasm: "it keeps the low byte of the bits" } : {}),
    },
    { kernel: "Cast", name: `${type} from bool`, inputs: [bools([])], run: castTo(type) },
    { kernel: "Cast", name: `${type}, empty`, inputs: [floats([0])], run: castTo(type) },
  ]),
  {
    kernel: "Select",
    name: "same shape",
    inputs: [bools([2, 3]), floats([2, 3]), floats([2, 3])],
    run: tf.where,
  },
  {
    kernel: "Select",
    name: "a condition for each row",
    inputs: [
      given("bool", [2], [1, 0]),
      given("float32", [2, 2], [1, 2, 3, 4]),
      given("float32", [2, 2], [5, 6, 7, 8]),
    ],
    run: (c, t, e) => tf.engine().runKernel("Select", { condition: c, t, e }),
    wanted: given("float32", [2, 2], [1, 2, 7, 8]),
  },
  {
    kernel: "Select",
    name: "operands that broadcast",
    inputs: [bools([3, 1]), floats([]), floats([1, 2])],
    run: tf.where,
  },
  {
    kernel: "Select",
    name: "int32",
    inputs: [bools([3]), ints([3]), ints([3])],
    run: tf.where,
  },
  {
    kernel: "Select",
    name: "bool",
    inputs: [bools([3]), bools([3]), bools([3])],
    run: tf.where,
    notOnWasm: "it writes outside of its memory",
  },
  {
    kernel: "Select",
    name: "scalars",
    inputs: [bools([]), floats([]), floats([])],
    run: tf.where,
  },
];

function castTo(type: "float32" | "int32" | "bool"): Single {
  return (x) => tf.cast(x, type);
}
