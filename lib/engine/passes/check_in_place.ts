/**
 * Checks that a graph may write a state's new value over its old one.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { findProducers, type Graph, type GraphNode, type Value } from "../graph.ts";

/**
 * Refuses a graph that could read an old value after its place was overwritten: every reader of
 * the state must come before, or be, the node that makes the new value.
 */
export function checkInPlace(graph: Graph, writes: ReadonlyMap<string, string>): void {
  const producers = findProducers(graph);
  for (const { name, value } of graph.outputs) {
    const state = writes.get(name);
    const old = graph.inputs.find((input) => input.name === state);
    const writer = producers.get(value);
    if (!old || !writer) continue;
    const before = ancestors(writer, producers);
    const late = graph.nodes.find((node) => node.inputs.includes(old) && !before.has(node));
    if (late) {
      throw new TunebookError(
        "unsupported",
        `${graph.name}: ${late.op} may read the state "${state}" after ${writer.op} has overwritten ` +
          "it. Compute the update in a program of its own.",
      );
    }
  }
}

function ancestors(node: GraphNode, producers: ReadonlyMap<Value, GraphNode>): Set<GraphNode> {
  const found = new Set<GraphNode>([node]);
  for (const each of found) {
    for (const input of each.inputs) {
      const producer = input && producers.get(input);
      if (producer) found.add(producer);
    }
  }
  return found;
}
