/**
 * Lets an exported graph take pairs of texts of any length, and cut them itself.
 *
 * Readers that cut a tokenised pair at its end lose the second text. Where the graph cuts, it sees both
 * texts whole and shortens the longer one, as Python's `longest_first` does.
 *
 * @module
 */
import type { Attribute, Graph, GraphNode } from "./graph.ts";
import { onnxType } from "./graph_builder.ts";
import type { ElementType, Value } from "./value.ts";

/** Where the special tokens of a pair stand, and how long it may be. */
export interface PairLayout {
  /** The most tokens of a pair, special tokens included. */
  readonly maxTokens: number;
  /** Special tokens before the first text, between both and behind the second. */
  readonly before: number;
  readonly between: number;
  readonly after: number;
  /** The first of those between. */
  readonly separator: number;
  /** Special tokens of the second segment; absent where the model takes no segments. */
  readonly inSecond?: number;
}

/**
 * Puts the cutting before everything else: the inputs `input_ids`, `attention_mask` and, where there are,
 * `token_type_ids`, all int64 [batch, sequence] with padding on the right, may then be longer than
 * `maxTokens`.
 */
export function cutPairs(graph: Graph, layout: PairLayout): void {
  const front = new Front(graph);
  const named = new Map(graph.inputs.map((value) => [value.name, value]));
  const [ids, mask, segments] = ["input_ids", "attention_mask", "token_type_ids"]
    .map((name) => named.get(name));
  const { source, own } = positionsOf(front, { ids: ids!, mask: mask!, segments }, layout);
  front.replace(ids!, (whole) => front.gathered(whole, source));
  front.replace(mask!, () => own);
  if (segments) front.replace(segments, (whole) => front.gathered(whole, source));
  front.finish();
}

interface PairInputs {
  readonly ids: Value;
  readonly mask: Value;
  readonly segments: Value | undefined;
}

/** For each kept position where its token stands, and whether there is one, [batch, kept]. */
function positionsOf(
  front: Front,
  { ids, mask, segments }: PairInputs,
  { maxTokens, before, between, after, separator, inSecond = 0 }: PairLayout,
): { readonly source: Value; readonly own: Value } {
  const { add, sub, int } = front;
  const special = before + between + after;
  const room = maxTokens - special;
  const tokens = front.sum(mask);
  // The tokens of both texts, [batch, 1].
  const second = segments
    ? sub(front.sum(front.node("Mul", [segments, mask])), int(inSecond))
    : undefined;
  const first = second
    ? sub(sub(tokens, int(special)), second)
    : sub(front.firstPlace(ids, separator), int(before));
  const other = second ?? sub(sub(tokens, int(special)), first);
  // As truncateLongestFirst in lib/text/truncate.ts.
  const half = Math.floor(room / 2);
  const shorter = front.node("Min", [first, other]);
  const longer = front.node("Max", [shorter, sub(int(room), shorter)]);
  const isTight = front.node("Greater", [add(shorter, longer), int(room)], "bool");
  const short = front.where(isTight, int(half), shorter);
  const long = front.where(isTight, int(half + room % 2), longer);
  const isFirst = front.node("Greater", [first, other], "bool");
  const fits = front.node("LessOrEqual", [add(first, other), int(room)], "bool");
  const keptFirst = front.where(fits, first, front.where(isFirst, long, short));
  const keptOther = front.where(fits, other, front.where(isFirst, short, long));
  const [lostFirst, lostOther] = [sub(first, keptFirst), sub(other, keptOther)];
  const place = front.places(ids, maxTokens); // [1, kept]
  const endOfFirst = add(keptFirst, int(before));
  const endOfOther = add(add(endOfFirst, keptOther), int(between));
  const behind = (end: Value, lost: Value) =>
    front.where(front.node("GreaterOrEqual", [place, end], "bool"), lost, int(0));
  const moved = add(add(place, behind(endOfFirst, lostFirst)), behind(endOfOther, lostOther));
  const source = front.node("Min", [moved, sub(front.width(ids), int(1))]);
  const kept = sub(sub(tokens, lostFirst), lostOther);
  return { source, own: front.cast(front.node("Less", [place, kept], "bool"), "int64") };
}

/** Nodes that come before those of a graph. */
class Front {
  readonly #graph: Graph;
  readonly #nodes: GraphNode[] = [];
  /** The graph's inputs as the front has them, by those that the rest of the graph reads. */
  readonly #wholes = new Map<Value, Value>();
  readonly #cut = new Map<Value, Value>();
  #count = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  readonly add = (a: Value, b: Value) => this.node("Add", [a, b]);
  readonly sub = (a: Value, b: Value) => this.node("Sub", [a, b]);
  readonly int = (value: number) => this.#constant([value], [1]);

  /** A node with one output; shapes of the front are read by nobody. */
  node(
    op: string,
    inputs: readonly Value[],
    type: ElementType = "int64",
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    const output: Value = { name: `pair_${this.#count++}`, type, shape: [] };
    const own = inputs.map((value) => this.#whole(value));
    this.#nodes.push({ op, domain: "", inputs: own, outputs: [output], attributes });
    return output;
  }

  where(condition: Value, yes: Value, no: Value): Value {
    return this.node("Where", [condition, yes, no]);
  }

  cast(value: Value, type: ElementType): Value {
    return this.node("Cast", [value], type, { to: { int: onnxType[type] } });
  }

  /** The sums of rows, [batch, 1]. */
  sum(value: Value): Value {
    return this.node("ReduceSum", [value, this.int(1)], "int64", { keepdims: { int: 1 } });
  }

  /** Where a token first stands in each row, [batch, 1]. */
  firstPlace(ids: Value, token: number): Value {
    const found = this.cast(this.node("Equal", [ids, this.int(token)], "bool"), "int32");
    return this.node("ArgMax", [found], "int64", { axis: { int: 1 }, keepdims: { int: 1 } });
  }

  /** The tokens of a row, [1]. */
  width(ids: Value): Value {
    return this.node("Shape", [ids], "int64", { start: { int: 1 }, end: { int: 2 } });
  }

  /** 0, 1, 2 … of the kept positions, [1, kept]. */
  places(ids: Value, most: number): Value {
    const kept = this.node("Squeeze", [this.node("Min", [this.width(ids), this.int(most)])]);
    const [from, by] = [this.#constant([0], []), this.#constant([1], [])];
    return this.node("Unsqueeze", [this.node("Range", [from, kept, by]), this.int(0)]);
  }

  gathered(whole: Value, source: Value): Value {
    return this.node("GatherElements", [whole, source], "int64", { axis: { int: 1 } });
  }

  /** Lets the rest of the graph read something else than an input. */
  replace(input: Value, by: (whole: Value) => Value): void {
    this.#cut.set(input, by(input));
  }

  /** Puts the nodes before the others. */
  finish(): void {
    const graph = this.#graph;
    for (const node of graph.nodes) {
      node.inputs = node.inputs.map((value) => value && (this.#cut.get(value) ?? value));
    }
    graph.nodes.unshift(...this.#nodes);
    graph.inputs = graph.inputs.map((value) => this.#wholes.get(value) ?? value);
  }

  /** What the front reads of a value: an input of the graph is copied, since the rest's is replaced. */
  #whole(value: Value): Value {
    if (!this.#graph.inputs.includes(value)) return value;
    const known = this.#wholes.get(value) ?? { ...value };
    this.#wholes.set(value, known);
    return known;
  }

  #constant(values: readonly number[], shape: readonly number[]): Value {
    const value: Value = { name: `pair_${this.#count++}`, type: "int64", shape };
    this.#graph.constants.set(value, BigInt64Array.from(values, BigInt));
    return value;
  }
}
