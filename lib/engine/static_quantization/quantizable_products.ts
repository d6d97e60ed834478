/**
 * Finds the linear layers and convolutions of a graph that can multiply bytes.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import {
  type Attribute,
  countReaders,
  findProducers,
  type Graph,
  type GraphNode,
} from "../graph.ts";
import type { Value } from "../value.ts";

/** One product with a weight that is known, and what is computed together with it. */
export interface QuantizableProduct {
  readonly node: GraphNode;
  readonly input: Value;
  readonly weight: Value;
  /** What the product is multiplied by; 1 unless given. */
  readonly alpha?: number;
  /** What the bias is multiplied by; 1 unless given. */
  readonly beta?: number;
  /** A vector that is known, [channels]. */
  readonly bias?: Value;
  /** What is added beside, where it is no such vector. */
  readonly summand?: Value;
  /** The normalisation of a convolution's channels by what is known. */
  readonly norm?: GraphNode;
  /** What cuts negative numbers behind a convolution: bytes that begin at zero do. */
  readonly relu?: GraphNode;
  /** What is rounded behind a convolution. The runtime gives a linear layer's sums in float32. */
  readonly output?: Value;
}

/**
 * The products whose weight has one of these names.
 *
 * @throws {TunebookError} of kind `unsupported` for weights that the graph does not simply multiply by.
 */
export function quantizableProducts(
  graph: Graph,
  weights: ReadonlySet<string>,
): QuantizableProduct[] {
  const found = graph.nodes.flatMap((node) => productOf(graph, node, weights) ?? []);
  const behind = behindConvolutions(graph);
  const known = new Set(found.map(({ weight }) => weight.name));
  const others = [...graph.constants.keys()].map(({ name }) => name)
    .filter((name) => weights.has(name) && !known.has(name));
  if (others.length > 0) {
    throw new TunebookError(
      "unsupported",
      `int8 has no product for ${others.join(", ")}: leave them in float32 with floatLayers`,
    );
  }
  return found.map((product) => ({ ...product, ...behind(product.node) }));
}

/** What has to be known about a running graph. */
export function observedValues(products: readonly QuantizableProduct[]): Value[] {
  const all = products.flatMap(({ input, output }) => output ? [input, output] : [input]);
  return [...new Set(all)];
}

/** What the file calls the output that is a value. */
export function observedOutput(name: string): string {
  return `observed ${name}`;
}

function productOf(
  { constants }: Graph,
  node: GraphNode,
  weights: ReadonlySet<string>,
): QuantizableProduct | undefined {
  const { op, attributes, inputs: [input, weight, summand] } = node;
  if (op !== "Gemm" && op !== "Conv" || !input || !weight) return undefined;
  if (!weights.has(weight.name) || !constants.has(weight)) return undefined;
  if (op === "Gemm" && !isUpright(attributes)) return undefined;
  const alpha = factorOf(attributes.alpha);
  const beta = factorOf(attributes.beta);
  const made = { node, input, weight, alpha, beta };
  if (!summand) return made;
  const isBias = constants.has(summand) && summand.shape.length === 1 &&
    summand.shape[0] === weight.shape[0];
  if (isBias) return { ...made, bias: summand };
  return op === "Conv" || beta !== 1 ? undefined : { ...made, summand };
}

/** α · x · Wᵀ + β · c */
function isUpright({ transA, transB }: GraphNode["attributes"]): boolean {
  const isSet = (each: Attribute | undefined) =>
    each !== undefined && "int" in each && each.int === 1;
  return !isSet(transA) && isSet(transB);
}

function factorOf(attribute: Attribute | undefined): number {
  return attribute && "float" in attribute ? attribute.float : 1;
}

/** What stands behind a convolution and nobody else reads. */
function behindConvolutions(graph: Graph) {
  const producers = findProducers(graph);
  const readers = countReaders(graph);
  const next = new Map(
    graph.nodes.flatMap((node) => {
      const [first] = node.inputs;
      const isAlone = first && producers.has(first) && readers.get(first) === 1;
      return isAlone ? [[first, node] as const] : [];
    }),
  );
  return ({ op, outputs: [made] }: GraphNode) => {
    if (op !== "Conv") return {};
    const after = next.get(made);
    const isKnown = after?.op === "BatchNormalization" &&
      after.inputs.slice(1).every((value) => value && graph.constants.has(value));
    const norm = isKnown ? after : undefined;
    const sum = norm ? norm.outputs[0] : made;
    const last = next.get(sum);
    const relu = last?.op === "Relu" ? last : undefined;
    return {
      ...(norm ? { norm } : {}),
      ...(relu ? { relu } : {}),
      output: relu ? relu.outputs[0] : sum,
    };
  };
}
