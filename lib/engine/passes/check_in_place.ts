/**
 * Checks that a graph may write a state's new value over its old one.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { findProducers, type Graph, type GraphNode } from "../graph.ts";
import type { Value } from "../value.ts";
import { sameShape } from "../graph_builder.ts";

/** Operators whose result may lie in the memory of their first input. */
const sharing = new Set(["Reshape", "Identity"]);
/** Operators that read each element before they write the same one. */
const elementWise = new Set("Add Sub Mul Div Neg Abs Sqrt Max Min Clip Where".split(" "));

/**
 * Refuses a graph that could read an old value after its place was overwritten. Every reader of the
 * state, or of a reshaped state, must come before the node that makes the new value; that node itself
 * may read it only element by element.
 *
 * @param writes output name → name of the state whose place it takes
 */
export function checkInPlace(graph: Graph, writes: ReadonlyMap<string, string>): void {
  const producers = findProducers(graph);
  for (const { name, value } of graph.outputs) {
    const state = writes.get(name);
    const old = graph.inputs.find((input) => input.name === state);
    if (!old || value === old) continue;
    const refuse = (late: string, writer: string) => {
      throw new TunebookError(
        "unsupported",
        `${graph.name}: ${late} may read the state "${state}" after ${writer} has overwritten it. ` +
          "Compute the update in a program of its own.",
      );
    };
    const writer = producers.get(value);
    const before = writer ? ancestors(writer, producers) : new Set<GraphNode>();
    const olds = placesOf(graph, old);
    for (const node of graph.nodes) {
      if (!node.inputs.some((input) => input && olds.has(input))) continue;
      const inStep = node === writer
        ? elementWise.has(node.op) &&
          node.inputs.every((input) =>
            !input || !olds.has(input) || sameShape(input.shape, value.shape)
          )
        : before.has(node);
      if (!inStep) refuse(node.op, writer?.op ?? "a copy");
    }
    const shown = graph.outputs.find((other) => other.name !== name && olds.has(other.value));
    if (shown) refuse(`the output "${shown.name}"`, writer?.op ?? "a copy");
  }
}

/** The state's value and all values that may lie in its memory. */
function placesOf(graph: Graph, old: Value): Set<Value> {
  const found = new Set([old]);
  for (const { op, inputs, outputs } of graph.nodes) {
    if (sharing.has(op) && inputs[0] && found.has(inputs[0])) found.add(outputs[0]);
  }
  return found;
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
