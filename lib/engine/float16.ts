/**
 * Lets an exported graph hold its matrices and its caches in float16, for readers with half the memory and
 * for graphics processors, which multiply such numbers faster.
 *
 * Products and what only moves their numbers are float16; norms, softmax, sums and the results stay in
 * float32, as in mixed-precision training (Micikevicius et al., arXiv 1710.03740): squares and exponentials
 * would leave float16's range.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Constant, Graph, GraphNode } from "./graph.ts";
import { onnxType } from "./graph_builder.ts";
import { removeDead } from "./passes/rewrite.ts";
import type { ElementType, Value } from "./value.ts";

/** Operators that multiply; all their numbers become float16. */
const products = new Set(["MatMul", "Gemm", "MatMulNBits"]);
/** Operators that move numbers: they take the type of what they move. */
const movers = new Set([
  ...["Concat", "Expand", "Gather", "Identity", "Reshape", "Slice", "Split", "Squeeze"],
  ...["Transpose", "Unsqueeze"],
]);
/** Numbers from here on round to infinity. */
const limit = 65520;

/**
 * Changes a graph of float32 in place. Inputs and outputs whose name `isHalf` says so are float16
 * afterwards, such as the caches of a decoder. Throws an error of kind "output", when the numbers are read,
 * for a tensor that float16 does not hold.
 */
export function toFloat16(graph: Graph, isHalf: (name: string) => boolean): void {
  const casts = new Casts(graph);
  for (const input of graph.inputs) if (isHalf(input.name)) retype(input, "float16");
  for (const node of graph.nodes.flatMap((node) => withSumApart(graph, node))) {
    const inHalf = products.has(node.op) || movers.has(node.op) && casts.movesHalf(node);
    // A size is read without the numbers.
    if (node.op !== "Shape") {
      const type = inHalf ? "float16" : "float32";
      node.inputs = node.inputs.map((value) => value && casts.as(type, value));
    }
    casts.add(node);
    if (!inHalf) continue;
    for (const output of node.outputs) if (output.type === "float32") retype(output, "float16");
  }
  for (const output of graph.outputs) {
    output.value = casts.as(isHalf(output.name) ? "float16" : "float32", output.value);
  }
  graph.nodes = casts.nodes;
  removeDead(graph);
}

/**
 * A product onto which something computed is summed as two nodes: the sum of a model's layers grows from one to
 * the next, and stays in float32.
 */
function withSumApart(graph: Graph, node: GraphNode): GraphNode[] {
  const { op, inputs: [a, b, summand], outputs: [sum], attributes } = node;
  if (op !== "Gemm" || !summand || graph.constants.has(summand)) return [node];
  const { beta, ...others } = attributes;
  if (beta && !("float" in beta && beta.float === 1)) return [node];
  const product: Value = { ...sum, name: `${sum.name} product` };
  return [
    { ...node, inputs: [a, b], outputs: [product], attributes: others },
    { op: "Add", domain: "", inputs: [product, summand], outputs: [sum], attributes: {} },
  ];
}

/** The values of a freshly traced graph are nobody else's. */
function retype(value: Value, type: ElementType): void {
  (value as { type: ElementType }).type = type;
}

/** The nodes of the new graph, with the casts between them. */
class Casts {
  readonly nodes: GraphNode[] = [];
  readonly #graph: Graph;
  readonly #made = new Map<Value, Value>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  add(node: GraphNode): void {
    this.nodes.push(node);
  }

  /** Whether what a node moves is float16, or a weight, which only products read. */
  movesHalf({ op, inputs }: GraphNode): boolean {
    const moved = (op === "Concat" ? inputs : inputs.slice(0, 1)).filter((value) =>
      value
    ) as Value[];
    if (moved.some(({ type }) => type === "float16")) return true;
    return moved.every((value) => typeof this.#graph.constants.get(value) === "function") &&
      moved.every(({ type }) => type === "float32");
  }

  /** A value in another type of float; whatever is no float stays as it is. */
  as(type: "float16" | "float32", value: Value): Value {
    if (value.type === type || value.type !== "float16" && value.type !== "float32") return value;
    const known = this.#made.get(value);
    if (known) return known;
    const made: Value = { ...value, name: `${value.name} in ${type}`, type };
    const constant = this.#graph.constants.get(value);
    if (constant === undefined) {
      const attributes = { to: { int: onnxType[type] } };
      this.nodes.push({ op: "Cast", domain: "", inputs: [value], outputs: [made], attributes });
    } else {
      this.#graph.constants.set(made, rounded(value.name, constant));
    }
    this.#made.set(value, made);
    return made;
  }
}

/** A constant in float16, made when it is written. */
function rounded(name: string, constant: Constant): Constant {
  return () => {
    const numbers = (typeof constant === "function" ? constant() : constant) as Float32Array;
    const halves = new Float16Array(numbers.length);
    // A plain loop is several times faster than TypedArray.set across float widths.
    for (let i = 0; i < numbers.length; i++) {
      if (Math.abs(numbers[i]) >= limit) throw beyond(name, numbers[i]);
      halves[i] = numbers[i];
    }
    return halves;
  };
}

function beyond(name: string, number: number): TunebookError {
  return new TunebookError(
    "output",
    `tensor "${name}" holds ${number}, and float16's numbers end below ${limit}; write float32, q8 or q4`,
  );
}
