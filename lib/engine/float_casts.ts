/**
 * Rewrites a graph node by node with casts between float32 and float16.
 *
 * @module
 */
import type { TunebookError } from "../core/errors.ts";
import type { Constant, Graph, GraphNode } from "./graph.ts";
import { onnxType } from "./graph_builder.ts";
import type { ElementType, Value } from "./value.ts";

/** Numbers from here on round to infinity in float16. */
export const float16Limit = 65520;

/** Operators that move numbers: they take the type of what they move. */
export const floatMovers: ReadonlySet<string> = new Set([
  ...["Concat", "Expand", "Gather", "Identity", "Reshape", "Slice", "Split", "Squeeze"],
  ...["Transpose", "Unsqueeze"],
]);

/** The inputs of such an operator whose numbers it moves; others say where. */
export function movedBy({ op, inputs }: GraphNode): Value[] {
  return (op === "Concat" ? inputs : inputs.slice(0, 1)).filter((value) => value !== undefined);
}

/**
 * A product that adds a third matrix as a product and a sum, so that the sum can have another type; any
 * other node as it is.
 */
export function withSumApart(node: GraphNode): GraphNode[] {
  const { op, inputs: [a, b, summand], outputs: [sum], attributes } = node;
  const { beta, ...others } = attributes;
  const isScaled = beta !== undefined && !("float" in beta && beta.float === 1);
  if (op !== "Gemm" || !summand || isScaled) return [node];
  const product: Value = { ...sum, name: `${sum.name} product` };
  return [
    { ...node, inputs: [a, b], outputs: [product], attributes: others },
    { op: "Add", domain: "", inputs: [product, summand], outputs: [sum], attributes: {} },
  ];
}

/** The error for a constant that float16 does not hold, by its name and the number. */
export type BeyondFloat16 = (name: string, number: number) => TunebookError;

/** The nodes of the new graph, with the casts between them; a value is cast once for all its readers. */
export class FloatCasts {
  readonly nodes: GraphNode[] = [];
  readonly #made = new Map<Value, Value>();

  /** `beyond` makes what is thrown, when numbers are read, for a constant that float16 does not hold. */
  constructor(readonly graph: Graph, readonly beyond: BeyondFloat16) {}

  add(node: GraphNode): void {
    this.nodes.push(node);
  }

  /** A value in another type of float; whatever is no float stays as it is. */
  as(type: "float16" | "float32", value: Value): Value {
    if (value.type === type || value.type !== "float16" && value.type !== "float32") return value;
    const known = this.#made.get(value);
    if (known) return known;
    const made: Value = { ...value, name: `${value.name} in ${type}`, type };
    const constant = this.graph.constants.get(value);
    if (constant === undefined) {
      const attributes = { to: { int: onnxType[type] } };
      this.nodes.push({ op: "Cast", domain: "", inputs: [value], outputs: [made], attributes });
    } else {
      this.graph.constants.set(made, this.#rounded(value.name, constant));
    }
    this.#made.set(value, made);
    return made;
  }

  /** A constant in float16, made when it is written. */
  #rounded(name: string, constant: Constant): Constant {
    return () => {
      const numbers = (typeof constant === "function" ? constant() : constant) as Float32Array;
      const halves = new Float16Array(numbers.length);
      // A plain loop is several times faster than TypedArray.set across float widths.
      for (let i = 0; i < numbers.length; i++) {
        if (Math.abs(numbers[i]) >= float16Limit) throw this.beyond(name, numbers[i]);
        halves[i] = numbers[i];
      }
      return halves;
    };
  }
}

/** Gives a value of a freshly traced graph, which nobody else has, another type. */
export function retype(value: Value, type: ElementType): void {
  (value as { type: ElementType }).type = type;
}
