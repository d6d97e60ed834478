/**
 * What is known of the values of a graph by who reads them.
 *
 * @module
 */
import { floatMovers, movedBy } from "../float_casts.ts";
import type { Graph, GraphNode } from "../graph.ts";
import type { Value } from "../value.ts";
import { halfElementwise, isBias, isHalfProduct } from "./half_products.ts";

/** Who reads each value, and what follows from that. */
export class ProductReaders {
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
      halfElementwise.has(reader.op);
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
