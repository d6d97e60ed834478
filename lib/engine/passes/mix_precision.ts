/**
 * Mixed precision (Micikevicius et al., arXiv 1710.03740) as a graph pass: products and what stands between
 * two of them are computed in float16, everything else in float32.
 *
 * | in float16 | in float32 |
 * | --- | --- |
 * | products with their biases; frozen matrices are stored so | the state, and what is written to it |
 * | what moves numbers of products: transposes, heads, slices | sums over an axis, norms, softmax, losses |
 * | activations from one product to the next, forward and backward | the sum that layers add to |
 * | rows of frozen tables | what meets numbers that no product made: masks, dropout |
| | the product of the gradient of logits with a vocabulary |
 *
 * A cast stands where the two meet; a value is cast once for all its readers.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import {
  float16Limit,
  FloatCasts,
  floatMovers,
  movedBy,
  retype,
  withSumApart,
} from "../float_casts.ts";
import type { Constant, Graph, GraphNode } from "../graph.ts";
import type { Value } from "../value.ts";
import { sameShape } from "../graph_builder.ts";
import { removeDead } from "./rewrite.ts";

/** Operators that multiply matrices. */
const productNames = new Set(["MatMul", "Gemm", "FusedMatMul", "MatMulNBits", "MatMulBnb4"]);
/**
 * Where a product adds up more numbers than `longSum`, and `narrowing` times as many as it gives columns,
 * it is the gradient of logits times a vocabulary: one number near one and thousands of tiny ones, which
 * float16 loses where a device also adds in float16, as ONNX Runtime's WebGPU provider does.
 */
const longSum = 4096;
const narrowing = 4;

/** Whether a node multiplies matrices in float16. */
function isHalfProduct(
  { op, inputs: [a], outputs: [y], attributes }: GraphNode,
  graph: Graph,
): boolean {
  if (!productNames.has(op)) return false;
  const { transA } = attributes;
  const isTurned = transA !== undefined && "int" in transA && transA.int === 1;
  const inner = a!.shape.at(isTurned ? -2 : -1)!;
  if (graph.openDims.isOpen(inner)) return true;
  return inner <= longSum || inner <= narrowing * y.shape.at(-1)!;
}

/** Operators on each number whose result is in float16's range where the inputs are, or nearly so. */
const elementwise = new Set([
  ...["Add", "Elu", "Erf", "Exp", "LeakyRelu", "Mul", "Neg", "QuickGelu", "Relu", "Sigmoid"],
  ...["Sub", "Tanh"],
]);
/** The smallest number that float16 holds with all of its eleven bits. */
const smallest = 2 ** -14;

/**
 * Changes a graph of float32 in place; its inputs and outputs stay float32.
 *
 * @param isState whether an input has the numbers of a state: trained weights, which products can add
 */
export function mixPrecision(graph: Graph, isState: (name: string) => boolean): void {
  const weights = weightsIn(graph, isState);
  const mixing = new Mixing(graph, weights);
  for (const node of graph.nodes) {
    // Masks leave float16's range. What layers add to grows from one to the next, and stays in float32.
    const summand = node.op === "Gemm" && isHalfProduct(node, graph) ? node.inputs[2] : undefined;
    const isApart = summand !== undefined && !mixing.computed.has(summand) &&
      !isBias(node, summand, weights);
    for (const each of isApart ? withSumApart(node) : [node]) mixing.take(each);
  }
  for (const output of graph.outputs) output.value = mixing.casts.as("float32", output.value);
  graph.nodes = mixing.casts.nodes;
  removeDead(graph);
}

/** Whether what a product adds is a weight for each of its columns. */
function isBias({ outputs }: GraphNode, summand: Value, weights: ReadonlySet<Value>): boolean {
  return weights.has(summand) && !sameShape(summand.shape, outputs[0].shape);
}

/** Whether float16 holds a constant; the numbers of a frozen weight are checked when they are read. */
function fits(numbers: Constant): boolean {
  return typeof numbers === "function" || numbers instanceof Float32Array &&
      numbers.every((each) =>
        each === 0 || Math.abs(each) >= smallest && Math.abs(each) < float16Limit
      );
}

/** Constants, trained weights, and these in another shape; rows of a table are no weights of a product. */
function weightsIn(graph: Graph, isState: (name: string) => boolean): ReadonlySet<Value> {
  const inputs = graph.inputs.filter(({ name }) => isState(name));
  const constants = [...graph.constants].flatMap(([value, numbers]) =>
    fits(numbers) ? [value] : []
  );
  const weights = new Set<Value>([...constants, ...inputs]);
  for (const node of graph.nodes) {
    if (!floatMovers.has(node.op) || node.op === "Gather") continue;
    if (!movedBy(node).every((value) => weights.has(value))) continue;
    for (const output of node.outputs) weights.add(output);
  }
  return weights;
}

/** The new graph, as it grows node by node. */
class Mixing {
  readonly casts: FloatCasts;
  /** What products made in float16, and what was computed from that alone. */
  readonly computed = new Set<Value>();
  /** Squares z² in float16, and differences a − z². */
  readonly #squares = new Set<Value>();
  readonly #bellExponents = new Set<Value>();
  readonly #ahead: Readers;

  constructor(readonly graph: Graph, weights: ReadonlySet<Value>) {
    this.casts = new FloatCasts(graph, beyond);
    this.#ahead = new Readers(graph, weights);
  }

  take(node: GraphNode): void {
    const isComputed = isHalfProduct(node, this.graph) || this.#movesComputed(node) ||
      this.#follows(node);
    const inHalf = isComputed || this.#movesToProducts(node);
    if (isComputed) this.#remember(node);
    // A size is read without the numbers.
    if (node.op !== "Shape") {
      const type = inHalf ? "float16" : "float32";
      node.inputs = node.inputs.map((value) => value && this.casts.as(type, value));
    }
    this.casts.add(node);
    if (!inHalf) return;
    for (const output of node.outputs) if (output.type === "float32") retype(output, "float16");
  }

  #remember(node: GraphNode): void {
    const [first, second] = node.inputs;
    for (const output of node.outputs) this.computed.add(output);
    if (isSquare(node)) this.#squares.add(node.outputs[0]);
    if (node.op === "Sub" && second && !this.#squares.has(first!) && this.#squares.has(second)) {
      this.#bellExponents.add(node.outputs[0]);
    }
  }

  #movesComputed(node: GraphNode): boolean {
    if (!floatMovers.has(node.op)) return false;
    const moved = movedBy(node);
    return moved.some((value) => this.computed.has(value)) &&
      moved.every((value) => this.computed.has(value) || this.#fits(value));
  }

  /** Whether a node moves frozen numbers, or others that products alone read. */
  #movesToProducts(node: GraphNode): boolean {
    if (!floatMovers.has(node.op)) return false;
    const moved = movedBy(node);
    return moved.every(({ type }) => type === "float32" || type === "float16") &&
      (moved.every((value) => typeof this.graph.constants.get(value) === "function") ||
        node.outputs.every((output) => this.#ahead.feeds.has(output)));
  }

  /** Whether a node computes number by number on the way from one product to another. */
  #follows(node: GraphNode): boolean {
    const { op, outputs: [output] } = node;
    const inputs = node.inputs.filter((value) => value !== undefined);
    if (!elementwise.has(op) || !this.#ahead.reaches.has(output)) return false;
    if (!inputs.some((value) => this.computed.has(value))) return false;
    if (!inputs.every((value) => this.computed.has(value) || this.#fits(value))) return false;
    // Squares and exponentials leave the range but in a bell, where e^(a − ∞) is the right number.
    if (op === "Exp") return this.#bellExponents.has(inputs[0]);
    return !isSquare(node) ||
      this.#ahead.of(output).every((reader) => reader.op === "Sub" && reader.inputs[0] !== output);
  }

  #fits(value: Value): boolean {
    const numbers = this.graph.constants.get(value);
    return numbers !== undefined && fits(numbers);
  }
}

/** Who reads each value, and what follows from that. */
class Readers {
  /** Values that products alone read, if need be after they were moved. */
  readonly feeds = new Set<Value>();
  /** Values that a product reads, directly or as what was computed of them number by number. */
  readonly reaches = new Set<Value>();
  readonly #readers = new Map<Value, GraphNode[]>();

  constructor(readonly graph: Graph, readonly weights: ReadonlySet<Value>) {
    for (const node of graph.nodes) {
      if (node.op === "Shape") continue;
      for (const input of node.inputs) {
        if (!input) continue;
        const known = this.#readers.get(input);
        if (known) known.push(node);
        else this.#readers.set(input, [node]);
      }
    }
    const outputs = new Set(graph.outputs.map(({ value }) => value));
    for (const value of graph.nodes.toReversed().flatMap(({ outputs }) => outputs)) {
      const readers = this.of(value);
      if (readers.some((reader) => this.#leadsOn(reader, value))) this.reaches.add(value);
      const isFed = readers.length > 0 && !outputs.has(value) &&
        readers.every((reader) => this.#multiplies(reader, value) || this.#movesOn(reader, value));
      if (isFed) this.feeds.add(value);
    }
  }

  of(value: Value): readonly GraphNode[] {
    return this.#readers.get(value) ?? [];
  }

  #leadsOn(reader: GraphNode, value: Value): boolean {
    if (this.#multiplies(reader, value)) return true;
    const passes = isHalfProduct(reader, this.graph) || floatMovers.has(reader.op) ||
      elementwise.has(reader.op);
    return passes && reader.outputs.some((next) => this.reaches.has(next));
  }

  /** Whether a node reads a value as a factor, or as a bias. */
  #multiplies(node: GraphNode, value: Value): boolean {
    const { inputs: [a, b, summand] } = node;
    if (!isHalfProduct(node, this.graph)) return false;
    return value === a || value === b || value !== summand || isBias(node, value, this.weights);
  }

  #movesOn(reader: GraphNode, value: Value): boolean {
    return floatMovers.has(reader.op) && movedBy(reader).includes(value) &&
      reader.outputs.every((next) => this.feeds.has(next));
  }
}

function isSquare({ op, inputs: [a, b] }: GraphNode): boolean {
  return op === "Mul" && a === b;
}

function beyond(name: string, number: number): TunebookError {
  return new TunebookError(
    "weights",
    `the weight "${name}" holds ${number}, and float16's numbers end below ${float16Limit}; compute ` +
      'with precision "float32"',
  );
}
