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
 * | | the product of the gradient of logits with a vocabulary |
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
import type { Graph, GraphNode } from "../graph.ts";
import type { Value } from "../value.ts";
import { fits, halfElementwise, isBias, isHalfProduct, weightsIn } from "./half_products.ts";
import { ProductReaders } from "./product_readers.ts";
import { removeDead } from "./rewrite.ts";

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

/** The new graph, as it grows node by node. */
class Mixing {
  readonly casts: FloatCasts;
  /** What products made in float16, and what was computed from that alone. */
  readonly computed = new Set<Value>();
  /** Squares z² in float16, and differences a − z². */
  readonly #squares = new Set<Value>();
  readonly #bellExponents = new Set<Value>();
  readonly #ahead: ProductReaders;

  constructor(readonly graph: Graph, weights: ReadonlySet<Value>) {
    this.casts = new FloatCasts(graph, beyond);
    this.#ahead = new ProductReaders(graph, weights);
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
    if (!halfElementwise.has(op) || !this.#ahead.reaches.has(output)) return false;
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
