/**
 * What the passes share: replacing a value everywhere, and dropping what nobody reads.
 *
 * @module
 */
import type { Graph } from "../graph.ts";
import type { Value } from "../value.ts";

/** Lets every reader of a value read its replacement; chains of replacements are followed. */
export function replaceValues(graph: Graph, replacements: ReadonlyMap<Value, Value>): void {
  if (replacements.size === 0) return;
  const resolve = (value: Value): Value => {
    const next = replacements.get(value);
    return next ? resolve(next) : value;
  };
  for (const node of graph.nodes) node.inputs = node.inputs.map((input) => input && resolve(input));
  for (const output of graph.outputs) output.value = resolve(output.value);
}

/** Removes nodes and constants that no output depends on. */
export function removeDead(graph: Graph): void {
  const live = new Set<Value>(graph.outputs.map(({ value }) => value));
  for (const { source } of graph.openDims.all) {
    if (graph.inputs.includes(source.value)) live.add(source.value);
  }
  const kept = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => live.has(output))) continue;
    for (const input of node.inputs) if (input) live.add(input);
    kept.push(node);
  }
  graph.nodes = kept.reverse();
  for (const value of graph.constants.keys()) if (!live.has(value)) graph.constants.delete(value);
}
