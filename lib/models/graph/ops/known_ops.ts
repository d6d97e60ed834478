/**
 * Operators on numbers that are known while a program is made: what graphs compute of sizes.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import type { NodeConstant } from "../graph_model.ts";
import { fromFirst, listIn, type NodeCall, numberIn } from "./node_call.ts";

type Known = NodeConstant;
/** Gives undefined for what is left to tensors. */
type KnownOp = (call: NodeCall, inputs: readonly Known[]) => Known | undefined;

/** More numbers than any graph computes of sizes; what asks for them is damaged. */
const mostNumbers = 1 << 20;

function checkCount(count: number): void {
  if (count >= 0 && count <= mostNumbers) return;
  throw new TunebookError("weights", `it makes ${count} numbers, more than any graph needs`);
}

const isLine = ({ shape }: Known) => shape.length <= 1;
const line = (data: readonly number[], type: Known["type"]): Known => ({
  shape: [data.length],
  type,
  data,
});

/** One number with each, or two lists of the same length. */
function pairwise(of: (a: number, b: number) => number, type?: Known["type"]): KnownOp {
  return (_, [a, b]) => {
    if (!isLine(a) || !isLine(b)) return undefined;
    const long = a.data.length >= b.data.length ? a : b;
    if (a.data.length !== b.data.length && a.data.length !== 1 && b.data.length !== 1) {
      return undefined;
    }
    const at = ({ data }: Known, i: number) => data[data.length === 1 ? 0 : i];
    const shape = a.shape.length > b.shape.length
      ? a.shape
      : b.shape.length > a.shape.length
      ? b.shape
      : long.shape;
    const kind = type ?? a.type;
    const whole = kind === "int" ? Math.trunc : (number: number) => number;
    return { shape, type: kind, data: long.data.map((_, i) => whole(of(at(a, i), at(b, i)))) };
  };
}

const single = (of: (x: number) => number): KnownOp => (_, [x]) => ({ ...x, data: x.data.map(of) });

/** The numbers of a shape out of another's: `from` says how far each axis steps, and where the first is. */
function picked(x: Known, shape: readonly number[], from: {
  readonly first: number;
  readonly steps: readonly number[];
}): Known {
  const count = shape.reduce((all, size) => all * size, 1);
  checkCount(count);
  const data = Array.from({ length: count }, (_, i) => {
    let [at, rest] = [from.first, i];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += rest % shape[axis] * from.steps[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return x.data[at];
  });
  return { shape, type: x.type, data };
}

const stridesOf = ({ shape }: Known) =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((all, size) => all * size, 1));

function sliced(call: NodeCall, [x]: readonly Known[]): Known | undefined {
  const [starts, ends] = [listIn(call, "starts", 1)!, listIn(call, "ends", 2)!];
  const axes = listIn(call, "axes", 3) ?? starts.map((_, axis) => axis);
  const steps = listIn(call, "steps", 4) ?? axes.map(() => 1);
  const strides = stridesOf(x);
  const [shape, moved] = [[...x.shape], [...strides]];
  let first = 0;
  axes.map((axis) => fromFirst(axis, x.shape.length)).forEach((axis, i) => {
    const [count, step] = [x.shape[axis], steps[i]];
    const [least, most] = step > 0 ? [0, count] : [-1, count - 1];
    const clamped = (at: number) => Math.max(least, Math.min(most, at < 0 ? at + count : at));
    const [from, to] = [clamped(starts[i]), clamped(ends[i])];
    shape[axis] = Math.max(0, Math.ceil((to - from) / step));
    first += from * strides[axis];
    moved[axis] = step * strides[axis];
  });
  return picked(x, shape, { first, steps: moved });
}

function transposed(call: NodeCall, [x]: readonly Known[]): Known {
  const perm = listIn(call, "perm") ?? x.shape.map((_, i) => i).reverse();
  const strides = stridesOf(x);
  const shape = perm.map((axis) => x.shape[axis]);
  return picked(x, shape, { first: 0, steps: perm.map((axis) => strides[axis]) });
}

/** By operator. */
export const knownOps: Readonly<Record<string, KnownOp>> = {
  Add: pairwise((a, b) => a + b),
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  Div: pairwise((a, b) => a / b),
  FloorDiv: pairwise((a, b) => Math.floor(a / b)),
  Max: pairwise(Math.max),
  Min: pairwise(Math.min),
  Equal: pairwise((a, b) => Number(a === b), "bool"),
  Greater: pairwise((a, b) => Number(a > b), "bool"),
  Less: pairwise((a, b) => Number(a < b), "bool"),
  Floor: single(Math.floor),
  Ceil: single(Math.ceil),
  Sqrt: single(Math.sqrt),
  Identity: (_, [x]) => x,
  Cast(call, [x]) {
    const to = numberIn(call, "to", 1);
    const type = [6, 7].includes(to) ? "int" : to === 9 ? "bool" : "float";
    return { ...x, type, data: type === "int" ? x.data.map(Math.trunc) : x.data };
  },
  Concat: (_, inputs) =>
    inputs.every(({ shape }) => shape.length === 1)
      ? line(inputs.flatMap(({ data }) => data), inputs[0].type)
      : undefined,
  Gather(_, [x, indices]) {
    if (x.shape.length !== 1) return undefined;
    const data = indices.data.map((at) => x.data[fromFirst(at, x.data.length)]);
    return { shape: indices.shape, type: x.type, data };
  },
  Slice: sliced,
  Transpose: transposed,
  ConstantOfShape(call, [{ data: shape }]) {
    const value = numberIn(call, "value", 0);
    const type = Number.isInteger(value) ? "int" : "float";
    if (shape.length > 1) return undefined;
    checkCount(shape[0] ?? 1);
    return { shape, type, data: Array<number>(shape[0] ?? 1).fill(value) };
  },
  Unsqueeze: (_, [x]) => x.shape.length === 0 ? line(x.data, x.type) : undefined,
  Squeeze: (_, [x]) => x.data.length === 1 && isLine(x) ? { ...x, shape: [] } : undefined,
  Flatten: (_, [x]) => x.shape.length === 1 ? { ...x, shape: [1, x.data.length] } : undefined,
  Reshape(_, [x, { data: target }]) {
    const rest = x.data.length / target.reduce((all, size) => size === -1 ? all : all * size, 1);
    return { ...x, shape: target.map((size) => size === -1 ? rest : size) };
  },
  Range(_, [{ data: [start], type }, { data: [limit] }, { data: [step] }]) {
    const count = Math.max(0, Math.ceil((limit - start) / step));
    checkCount(count);
    return line(Array.from({ length: count }, (_, i) => start + i * step), type);
  },
  ReduceProd: (_, [x]) =>
    isLine(x) ? { shape: [], type: x.type, data: [x.data.reduce((a, b) => a * b, 1)] } : undefined,
  Where: (_, [condition, yes, no]) =>
    [condition, yes, no].every((each) => each.shape.length === 1) &&
      yes.data.length === no.data.length
      ? line(condition.data.map((chosen, i) => chosen ? yes.data[i] : no.data[i]), yes.type)
      : undefined,
};
