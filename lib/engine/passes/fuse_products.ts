/**
 * Moves scalar factors and sums into the matrix products beside them, where they cost nothing:
 * `Gemm` and `FusedMatMul` have a factor `alpha`, and `Gemm` adds a third matrix.
 *
 * @module
 */
import { contribDomain, countReaders, findProducers } from "../graph.ts";
import { type Graph, type GraphNode, scalarConstant } from "../graph.ts";
import type { Value } from "../value.ts";
import { broadcastShape, type GraphBuilder, sameShape } from "../graph_builder.ts";
import { replaceValues } from "./rewrite.ts";

const moving = new Set(["Reshape", "Transpose"]);

function isProduct(node: GraphNode | undefined, contrib: boolean): node is GraphNode {
  if (!node) return false;
  return node.op === "Gemm" || node.op === "FusedMatMul" || (contrib && node.op === "MatMul");
}

/** A product with `factor` in its alpha. A sum inside must not be scaled, so none may be there. */
function scaled(node: GraphNode, factor: number): GraphNode {
  const before = node.attributes.alpha as { float: number } | undefined;
  const attributes = { ...node.attributes, alpha: { float: (before?.float ?? 1) * factor } };
  return node.op === "MatMul"
    ? { ...node, op: "FusedMatMul", domain: contribDomain, attributes }
    : { ...node, attributes };
}

/**
 * A product of bytes without a sum, times a number: the scale of its rows, which is a constant where each row
 * has another one that is multiplied afterwards; nothing for other nodes.
 */
function scaledBytes(build: GraphBuilder, node: GraphNode, factor: number): GraphNode | undefined {
  const [, , scale, , , , bias] = node.inputs;
  const before = scale && scalarConstant(build.graph, scale);
  if (node.op !== "MatMulIntegerToFloat" || bias || before === undefined) return undefined;
  return { ...node, inputs: node.inputs.with(2, build.float(before * factor)) };
}

/** What is multiplied by a number of each row, [rows, 1]. */
function scaledRows({ op, inputs, outputs: [made] }: GraphNode): Value | undefined {
  if (op !== "Mul" || made.shape.length !== 2) return undefined;
  const [a, b] = inputs as Value[];
  const isOfRows = sameShape(b.shape, [made.shape[0], 1]) && sameShape(a.shape, made.shape);
  return isOfRows ? a : undefined;
}

/** A multiplication by a number: the number and the tensor. */
export function scaling(
  graph: Graph,
  node: GraphNode,
): { factor: number; value: Value } | undefined {
  if (node.op !== "Mul") return undefined;
  for (const side of [0, 1]) {
    const factor = scalarConstant(graph, node.inputs[side]);
    const value = node.inputs[1 - side]!;
    if (factor !== undefined && sameShape(value.shape, node.outputs[0].shape)) {
      return { factor, value };
    }
  }
  return undefined;
}

/**
 * Moves factors after products with a sum into them: `Gemm` has a factor `beta` for what it adds. The factors
 * of other products are moved before there are sums (`fuseScalars`).
 */
export function fuseScaledSums({ graph }: GraphBuilder): void {
  const readers = countReaders(graph);
  const producers = findProducers(graph);
  const scaledNodes = new Map<GraphNode, GraphNode>();
  const replacements = new Map<Value, Value>();
  for (const node of graph.nodes) {
    const found = scaling(graph, node);
    const producer = found && producers.get(found.value);
    const isSum = producer?.op === "Gemm" && producer.inputs[2] && readers.get(found!.value) === 1;
    if (!isSum || scaledNodes.has(producer)) continue;
    const beta = producer.attributes.beta as { float: number } | undefined;
    const product = scaled(producer, found!.factor);
    scaledNodes.set(producer, {
      ...product,
      attributes: { ...product.attributes, beta: { float: (beta?.float ?? 1) * found!.factor } },
    });
    replacements.set(node.outputs[0], found!.value);
  }
  graph.nodes = graph.nodes.map((node) => scaledNodes.get(node) ?? node);
  replaceValues(graph, replacements);
}

/** Moves factors after and before products into them. */
export function fuseScalars(build: GraphBuilder): void {
  const { graph, options } = build;
  const replacements = new Map<Value, Value>();
  const readers = countReaders(graph);
  const producers = findProducers(graph);
  const position = new Map(graph.nodes.map((node, i) => [node, i]));
  const put = (old: GraphNode, fresh: GraphNode) => {
    const at = position.get(old)!;
    graph.nodes[at] = fresh;
    position.set(fresh, at);
    for (const output of fresh.outputs) producers.set(output, fresh);
  };
  for (const node of [...graph.nodes]) {
    const found = scaling(graph, node);
    if (!found) continue;
    let value = found.value;
    let producer = producers.get(value);
    while (producer && readers.get(value) === 1) {
      const moved = moving.has(producer.op) ? producer.inputs[0]! : scaledRows(producer);
      if (!moved) break;
      value = moved;
      producer = producers.get(value);
    }
    const bytes = producer && readers.get(value) === 1 &&
      scaledBytes(build, producer, found.factor);
    if (bytes) {
      put(producer!, bytes);
      replacements.set(node.outputs[0], found.value);
      continue;
    }
    const free = isProduct(producer, options.contrib) && readers.get(value) === 1 &&
      producer.inputs[2] === undefined;
    if (free) {
      put(producer!, scaled(producer!, found.factor));
      replacements.set(node.outputs[0], found.value);
    }
  }
  replaceValues(graph, replacements);
  fuseScalarsBefore(graph, options.contrib);
}

/** A scaled tensor that only products read need not be scaled itself. */
function fuseScalarsBefore(graph: Graph, contrib: boolean): void {
  const readersOf = new Map<Value, { node: GraphNode; input: number }[]>();
  for (const node of graph.nodes) {
    node.inputs.forEach((value, input) => {
      if (value) readersOf.set(value, [...(readersOf.get(value) ?? []), { node, input }]);
    });
  }
  const outputs = new Set(graph.outputs.map(({ value }) => value));
  const fresh = new Map<GraphNode, GraphNode>();
  for (const node of graph.nodes) {
    const found = scaling(graph, node);
    const readers = readersOf.get(node.outputs[0]) ?? [];
    if (!found || readers.length === 0 || outputs.has(node.outputs[0])) continue;
    const absorbing = readers.every(({ node, input }) =>
      isProduct(node, contrib) && input < 2 && node.inputs[2] === undefined &&
      node.inputs[0] !== node.inputs[1]
    );
    if (!absorbing) continue;
    for (const { node: reader, input } of readers) {
      const present = fresh.get(reader) ?? reader;
      const next = scaled(present, found.factor);
      next.inputs = present.inputs.with(input, found.value);
      fresh.set(reader, next);
    }
  }
  graph.nodes = graph.nodes.map((node) => fresh.get(node) ?? node);
}

/** Moves a sum with a matrix into the product that made the other summand. */
export function fuseSums({ graph }: GraphBuilder): void {
  const readers = countReaders(graph);
  const producers = findProducers(graph);
  const removed = new Set<GraphNode>();
  graph.nodes = graph.nodes.map((node) => {
    if (node.op !== "Add") return node;
    const { shape } = node.outputs[0];
    for (const side of [1, 0]) {
      const value = node.inputs[side]!;
      const other = node.inputs[1 - side]!;
      const gemm = producers.get(value);
      const fits = gemm?.op === "Gemm" && gemm.inputs[2] === undefined &&
        readers.get(value) === 1 &&
        sameShape(value.shape, shape) && sameShape(broadcastShape(other.shape, shape), shape) &&
        other.shape.length <= 2;
      if (!fits) continue;
      removed.add(gemm);
      const fused: GraphNode = {
        ...gemm,
        inputs: [gemm.inputs[0], gemm.inputs[1], other],
        outputs: node.outputs,
      };
      producers.set(node.outputs[0], fused);
      return fused;
    }
    return node;
  });
  graph.nodes = graph.nodes.filter((node) => !removed.has(node));
}
