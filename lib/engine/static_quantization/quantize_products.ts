/**
 * Lets products multiply bytes: `QuantizeLinear` and `DequantizeLinear` stand around them (QDQ), which runtimes make one
 * integer operator of each group.
 *
 * @module
 */
import type { Attribute, Constant, Graph, GraphNode } from "../graph.ts";
import type { Value } from "../value.ts";
import { removeDead } from "../passes/rewrite.ts";
import type { QuantizableProduct } from "./quantizable_products.ts";
import {
  biasCodes,
  type ByteScale,
  byteScale,
  channelScales,
  type ValueRange,
  weightCodes,
} from "./value_range.ts";

/** Changes a graph in place: activations as bytes by their ranges, weights in signed bytes by channel. */
export function quantizeProducts(
  graph: Graph,
  products: readonly QuantizableProduct[],
  ranges: ReadonlyMap<string, ValueRange>,
): void {
  const rewriting = new Rewriting(graph, ranges);
  const byNode = new Map(products.map((product) => [product.node, product]));
  const taken = new Set(products.flatMap(({ norm, relu }) => [norm, relu]));
  for (const node of graph.nodes) {
    const product = byNode.get(node);
    if (product) rewriting.product(product);
    else if (!taken.has(node)) rewriting.nodes.push(node);
  }
  graph.nodes = rewriting.nodes;
  removeDead(graph);
}

class Rewriting {
  readonly nodes: GraphNode[] = [];
  readonly #graph: Graph;
  readonly #ranges: ReadonlyMap<string, ValueRange>;
  /** What products read in the place of a value. */
  readonly #rounded = new Map<Value, Value>();
  readonly #weights = new Map<string, { value: Value; scales: Float32Array; bias: Float32Array }>();

  constructor(graph: Graph, ranges: ReadonlyMap<string, ValueRange>) {
    this.#graph = graph;
    this.#ranges = ranges;
  }

  product(product: QuantizableProduct): void {
    const { node, input, summand, output } = product;
    const { scale } = byteScale(this.#ranges.get(input.name)!);
    const x = this.#roundedInput(input);
    const weight = this.#weight(product);
    const bias = this.#bias(product, weight, scale);
    const sum = output ?? node.outputs[0];
    const beside = summand ?? bias?.beside;
    const made: Value = { ...sum, name: `${sum.name} product` };
    const inputs = [x, weight.value, ...bias?.inside ? [bias.inside] : []];
    const isLast = !output && !beside;
    // Factors are in the weight and the bias.
    const { alpha: _, beta: __, ...attributes } = node.attributes;
    this.nodes.push({ ...node, inputs, outputs: [isLast ? sum : made], attributes });
    const added: Value = { ...sum, name: `${sum.name} sum` };
    if (beside) this.#node("Add", [made, beside], output ? added : sum);
    if (!output) return;
    this.#round(beside ? added : made, sum);
    this.#rounded.set(sum, sum);
  }

  /** What is read of a value, rounded once for all its readers. */
  #roundedInput(value: Value): Value {
    const known = this.#rounded.get(value);
    if (known) return known;
    const made: Value = { ...value, name: `${value.name} rounded` };
    this.#round(value, made);
    this.#rounded.set(value, made);
    return made;
  }

  /** Float32 → bytes → float32. */
  #round(from: Value, to: Value): void {
    const range = this.#ranges.get(to.name) ?? this.#ranges.get(from.name)!;
    const by = this.#scaleOf(from, byteScale(range));
    const bytes: Value = { name: `${to.name} bytes`, type: "uint8", shape: from.shape };
    this.#node("QuantizeLinear", [from, ...by], bytes);
    this.#node("DequantizeLinear", [bytes, ...by], to);
  }

  #scaleOf({ name }: Value, { scale, zeroPoint }: ByteScale): [scale: Value, zeroPoint: Value] {
    return [
      this.#constant(`${name} scale`, "float32", [], Float32Array.of(scale)),
      this.#constant(`${name} zero point`, "uint8", [], Uint8Array.of(zeroPoint)),
    ];
  }

  /** The weight as the product reads it; a normalisation behind it is its factor and its bias. */
  #weight(product: QuantizableProduct) {
    const { weight, norm, node } = product;
    const key = `${weight.name} of ${
      norm ? node.outputs[0].name : JSON.stringify(node.attributes)
    }`;
    const known = this.#weights.get(key);
    if (known) return known;
    const [channels] = weight.shape;
    // A weight that is read with unlike factors has unlike codes.
    const name = this.#weights.has(weight.name) ? key : weight.name;
    const folded = folding((value) => this.#numbers(value), product);
    // The constant itself is gone when the codes are written: nobody reads it any more.
    const own = this.#graph.constants.get(weight)!;
    const read = () => scaled(numbersOf(own), folded.factors);
    const scales = channelScales(read(), channels);
    const codes = this.#constant(
      `${name} codes`,
      "int8",
      weight.shape,
      () => weightCodes(read(), scales),
    );
    const value: Value = { ...weight, name: `${name} rounded` };
    const zeros = this.#constant(
      `${name} zero points`,
      "int8",
      [channels],
      new Int8Array(channels),
    );
    const by = this.#constant(`${name} scales`, "float32", [channels], scales);
    this.#node("DequantizeLinear", [codes, by, zeros], value, { axis: { int: 0 } });
    const made = { value, scales, bias: folded.bias };
    this.#weights.set(key, made).set(weight.name, made);
    return made;
  }

  /** The bias in 32 bits, or beside the product where those are too few. */
  #bias(
    { weight, bias, norm, node }: QuantizableProduct,
    { scales, bias: numbers }: { scales: Float32Array; bias: Float32Array },
    scale: number,
  ): { inside: Value; beside?: undefined } | { inside?: undefined; beside: Value } | undefined {
    if (!bias && !norm) return undefined;
    const both = Float32Array.from(scales, (each) => each * scale);
    const codes = biasCodes(numbers, both);
    const name = `${node.outputs[0].name} bias`;
    const shape = [weight.shape[0]];
    if (!codes) {
      const own = node.op === "Conv" ? [1, ...shape, 1, 1] : shape;
      return { beside: this.#constant(name, "float32", own, numbers) };
    }
    const inside: Value = { name: `${name} rounded`, type: "float32", shape };
    const inputs = [
      this.#constant(`${name} codes`, "int32", shape, codes),
      this.#constant(`${name} scales`, "float32", shape, both),
      this.#constant(`${name} zero points`, "int32", shape, new Int32Array(shape[0])),
    ];
    this.#node("DequantizeLinear", inputs, inside, { axis: { int: 0 } });
    return { inside };
  }

  #numbers(value: Value): Float32Array {
    return numbersOf(this.#graph.constants.get(value)!);
  }

  #node(
    op: string,
    inputs: readonly Value[],
    output: Value,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): void {
    this.nodes.push({ op, domain: "", inputs: [...inputs], outputs: [output], attributes });
  }

  #constant(name: string, type: Value["type"], shape: readonly number[], data: Constant): Value {
    const value: Value = { name, type, shape };
    this.#graph.constants.set(value, data);
    return value;
  }
}

function numbersOf(constant: Constant): Float32Array {
  return (typeof constant === "function" ? constant() : constant) as Float32Array;
}

/** What each channel is multiplied by, if by anything, and what is added to it. */
function folding(
  read: (value: Value) => Float32Array,
  { weight: { shape: [channels] }, alpha = 1, beta = 1, bias, norm }: QuantizableProduct,
): { factors?: Float32Array; bias: Float32Array } {
  const own = bias ? read(bias) : new Float32Array(channels);
  const factors = alpha === 1 ? {} : { factors: new Float32Array(channels).fill(alpha) };
  if (!norm) return { ...factors, bias: own.map((each) => beta * each) };
  const [scale, offset, mean, variance] = norm.inputs.slice(1).map((value) => read(value!));
  const { epsilon } = norm.attributes;
  // ONNX's own default.
  const least = epsilon && "float" in epsilon ? epsilon.float : 1e-5;
  const by = scale.map((each, i) => each / Math.sqrt(variance[i] + least));
  return { factors: by, bias: own.map((each, i) => (each - mean[i]) * by[i] + offset[i]) };
}

function scaled(numbers: Float32Array, factors: Float32Array | undefined): Float32Array {
  if (!factors) return numbers;
  const each = numbers.length / factors.length;
  return numbers.map((number, i) => number * factors[Math.floor(i / each)]);
}
