/**
 * Cuts a graph into segments that run one after the other, each with few of the frozen weights.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { type Constant, findProducers, type Graph, type GraphNode } from "../graph.ts";
import { bytesOf, type Value } from "../value.ts";

/** Weights of fewer bytes stay in their segment: biases and norms. */
export const minOffloadedBytes: number = 1 << 16;
/** Operators whose result is their first input in another shape. A segment repeats one for nothing. */
const views = new Set(["Reshape", "Identity", "Unsqueeze", "Squeeze"]);

/** A part of a graph that runs by itself. */
export interface Segment {
  /** Its inputs are those of the whole graph, its offloaded weights, and what earlier segments give. */
  readonly graph: Graph;
  /** The offloaded weights by name, and what reads them. */
  readonly weights: ReadonlyMap<string, () => Exclude<Constant, () => unknown>>;
  /** Values of earlier segments that no later one reads. */
  readonly lastRead: readonly string[];
}

/** The bytes of a graph's frozen weights that can be offloaded. */
export function offloadableBytes(graph: Graph): number {
  return [...offloadable(graph).keys()].reduce((sum, value) => sum + bytesOf(value), 0);
}

/** The names of these weights. */
export function offloadableNames(graph: Graph): string[] {
  return [...offloadable(graph).keys()].map(({ name }) => name);
}

/**
 * Cuts a graph along the order of its nodes, so that no segment reads more than `maxBytes` of large frozen
 * weights. A value that later segments read is an output of the one that makes it.
 *
 * @throws TunebookError of kind "input" where one operator reads more than `maxBytes`
 */
export function cutSegments(graph: Graph, maxBytes: number): Segment[] {
  const weights = offloadable(graph);
  refuseQuantised(graph, weights);
  const groups = groupNodes(graph, weights, maxBytes);
  const producers = findProducers(graph);
  const made = new Map<Value, number>();
  groups.forEach((nodes, at) => {
    for (const node of nodes) for (const output of node.outputs) made.set(output, at);
  });
  const whole = groups.map((nodes, at) => withViews(nodes, at, { made, producers }));
  // Where each value is read last, by another segment than the one that makes it.
  const lastReader = new Map<Value, number>();
  whole.forEach((nodes, at) => {
    for (const value of readsOf(nodes)) {
      const maker = made.get(value);
      if (maker !== undefined && maker !== at) lastReader.set(value, at);
    }
  });
  return whole.map((nodes, at) => {
    const read = readsOf(nodes);
    const handed = groups[at].flatMap(({ outputs }) => outputs).filter((v) => lastReader.has(v));
    const results = graph.outputs.filter(({ value }) => (made.get(value) ?? 0) === at);
    // An output that no node makes is a constant or an input of the graph.
    const shown = results.map(({ value }) => value).filter((value) => !made.has(value));
    const own = new Set([...read, ...shown]);
    const crossing = [...own].filter((value) => (made.get(value) ?? at) !== at);
    return {
      graph: {
        ...graph,
        name: `${graph.name}, segment ${at + 1} of ${groups.length}`,
        inputs: [
          ...graph.inputs.filter((value) => own.has(value)),
          ...[...own].filter((value) => weights.has(value)),
          ...crossing,
        ],
        outputs: [...results, ...handed.map((value) => ({ name: value.name, value }))],
        constants: new Map(
          [...graph.constants].filter(([value]) => own.has(value) && !weights.has(value)),
        ),
        nodes,
      },
      weights: new Map(
        [...own].flatMap((value) => {
          const read = weights.get(value);
          return read ? [[value.name, read] as const] : [];
        }),
      ),
      lastRead: crossing.filter((value) => lastReader.get(value) === at).map(({ name }) => name),
    };
  });
}

/** Frozen weights that are worth reading anew for each run. */
function offloadable(graph: Graph): Map<Value, () => Exclude<Constant, () => unknown>> {
  const found = new Map<Value, () => Exclude<Constant, () => unknown>>();
  for (const [value, data] of graph.constants) {
    if (typeof data === "function" && bytesOf(value) >= minOffloadedBytes) found.set(value, data);
  }
  return found;
}

function refuseQuantised({ name }: Graph, weights: ReadonlyMap<Value, unknown>): void {
  const quantised = [...weights.keys()].filter(({ type }) => type !== "float32");
  if (quantised.length === 0) return;
  const kinds = [...new Set(quantised.map(({ type }) => type))].join(" and ");
  throw new TunebookError(
    "unsupported",
    `${name}: offload would make matrices in ${kinds} (${quantised.length}) anew in each run, and so would shard. ` +
      'Leave out quantize and compute "int8", or run without offload and shard',
  );
}

function groupNodes(
  graph: Graph,
  weights: ReadonlyMap<Value, unknown>,
  maxBytes: number,
): GraphNode[][] {
  const groups: GraphNode[][] = [[]];
  const tooLarge: string[] = [];
  let held = new Map<Value, number>();
  for (const node of graph.nodes) {
    const own = new Map<Value, number>();
    for (const input of node.inputs) {
      if (input && weights.has(input)) own.set(input, bytesOf(input));
    }
    if (sum(own) > maxBytes) {
      tooLarge.push(`${[...own.keys()].map(({ name }) => name).join(" and ")}: ${sum(own)} bytes`);
    }
    const together = new Map([...held, ...own]);
    if (held.size > 0 && sum(together) > maxBytes) {
      groups.push([]);
      held = own;
    } else held = together;
    groups.at(-1)!.push(node);
  }
  if (tooLarge.length > 0) {
    throw mistakes(
      "input",
      `${graph.name}: a segment of ${maxBytes} bytes is too small for weights that are read at once`,
      [...new Set(tooLarge)],
    );
  }
  return groups;
}

function sum(held: ReadonlyMap<Value, number>): number {
  return held.values().reduce((all, bytes) => all + bytes, 0);
}

/** The nodes of a segment after copies of the views that earlier ones make: only what they show crosses. */
function withViews(
  nodes: readonly GraphNode[],
  at: number,
  { made, producers }: {
    readonly made: ReadonlyMap<Value, number>;
    readonly producers: ReadonlyMap<Value, GraphNode>;
  },
): GraphNode[] {
  const repeated = new Set<GraphNode>();
  const repeat = (value: Value | undefined) => {
    const maker = value && made.get(value) !== at ? producers.get(value) : undefined;
    if (!maker || !views.has(maker.op) || repeated.has(maker)) return;
    for (const input of maker.inputs) repeat(input);
    repeated.add(maker);
  };
  for (const { inputs } of nodes) inputs.forEach(repeat);
  return [...repeated, ...nodes];
}

/** What nodes read and do not make. */
function readsOf(nodes: readonly GraphNode[]): Set<Value> {
  const own = new Set(nodes.flatMap(({ outputs }) => outputs));
  const found = new Set<Value>();
  for (const { inputs } of nodes) {
    for (const input of inputs) if (input && !own.has(input)) found.add(input);
  }
  return found;
}
