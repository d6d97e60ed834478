/**
 * Finds numbers that a program computed in JavaScript from an open dimension. Such a number is right
 * for the marker sizes of the trace and wrong for every real size, and no look at the number alone
 * tells: 0.001 may be a setting or 1 / (4 · 250). Two traces with different markers tell with
 * certainty, since nothing else can differ between them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Graph, GraphNode } from "../graph.ts";
import type { Value } from "../value.ts";

/** Refuses a program whose traces with two sets of markers are not the same graph. */
export function checkSizes(graph: Graph, other: Graph): void {
  const twins = new Map<Value, Value>();
  graph.inputs.forEach((input, i) => twins.set(input, other.inputs[i]));
  const refuse = (what: string): never => {
    const names = graph.inputs.flatMap((value) =>
      graph.openDims.all.filter(({ source }) => source.value === value).map(({ name }) => name)
    );
    throw new TunebookError(
      "unsupported",
      `${graph.name}: ${what} was computed in JavaScript from the size of an open dimension ` +
        `(${names.join(", ")}) and would be wrong for any other size. Take counts inside the ` +
        "program, for example a sum of ones, or feed them.",
    );
  };
  const compare = (a: Value | undefined, b: Value | undefined, where: string) => {
    const [left, right] = [a && graph.constants.get(a), b && other.constants.get(b)];
    if (left && right) {
      if (left === right) return;
      if (typeof left === "function" || typeof right === "function") {
        return refuse(`the choice of what ${where} reads`);
      }
      const at = firstDifference(left, right);
      if (at >= 0) refuse(`the number ${left[at]} that ${where} uses`);
    } else if ((a && twins.get(a)) !== b) refuse(`the choice of what ${where} reads`);
  };
  for (let i = 0; i < Math.max(graph.nodes.length, other.nodes.length); i++) {
    const [a, b] = [graph.nodes[i], other.nodes[i]];
    if (!a || !b || a.op !== b.op || a.outputs.length !== b.outputs.length) {
      refuse(`the choice of operator number ${i} (${(a ?? b).op})`);
    }
    const count = Math.max(a.inputs.length, b.inputs.length);
    for (let input = 0; input < count; input++) compare(a.inputs[input], b.inputs[input], a.op);
    if (settings(a) !== settings(b)) refuse(`a setting of ${a.op}`);
    a.outputs.forEach((output, k) => twins.set(output, b.outputs[k]));
  }
  graph.outputs.forEach(({ name, value }, i) => {
    const twin = other.outputs[i];
    if (twin?.name !== name) refuse(`the choice of the output "${name}"`);
    compare(value, twin.value, `the output "${name}"`);
    if (spell(graph, value) !== spell(other, twin.value)) {
      refuse(`the shape of the output "${name}"`);
    }
  });
}

function firstDifference(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): number {
  if (a.length !== b.length) return 0;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return i;
  return -1;
}

const settings = ({ attributes }: GraphNode) => JSON.stringify(attributes);

/** A shape with the open dimensions by number: their markers and value names differ. */
function spell({ openDims }: Graph, { shape }: Value): string {
  return JSON.stringify(shape.map((size) => {
    const { constant, open } = openDims.factor(size);
    return [constant, ...open.map((dim) => openDims.all.indexOf(dim))];
  }));
}
