/**
 * A graph whose weights are layers: what is trained has a path, and what is not is a number in the graph.
 *
 * @module
 */
import type { GraphConstant } from "../../engine/mod.ts";
import type { Layer } from "../../nn/layer.ts";
import type { FileNode, GraphAttribute, GraphInput } from "../../weights/graph/graph_file.ts";

/** An operator call; one that has weights names its layer. */
export interface ModelNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, GraphAttribute>>;
  /** The path of its layer. */
  readonly layer?: string;
}

/** Numbers that nothing trains. */
export interface NodeConstant {
  readonly shape: readonly number[];
  readonly type: GraphConstant["type"];
  readonly data: readonly number[];
}

/** A graph as `config.json` holds it: without weights. */
export interface GraphModel {
  readonly input: Omit<GraphInput, "size">;
  readonly outputs: readonly string[];
  readonly nodes: readonly ModelNode[];
  readonly layers: readonly Layer[];
  /** Tensors of the graph that are layers of the kind `tensor`: tensor → path. */
  readonly tensors: Readonly<Record<string, string>>;
  readonly constants: Readonly<Record<string, NodeConstant>>;
}

/** A graph with the numbers of its layers, by weight path. */
export interface GraphWithWeights {
  readonly path: string;
  readonly model: GraphModel;
  readonly size: GraphInput["size"];
  readonly weights: ReadonlyMap<string, GraphConstant>;
}

/** The tensors that the tensors `names` depend on, themselves included. */
export function dependenciesOf(
  nodes: readonly Pick<FileNode, "inputs" | "outputs">[],
  names: Iterable<string>,
): ReadonlySet<string> {
  const needed = new Set(names);
  for (const { inputs, outputs } of nodes.toReversed()) {
    if (outputs.some((name) => needed.has(name))) inputs.forEach((name) => needed.add(name));
  }
  return needed;
}
