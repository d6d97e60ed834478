/**
 * Appends nodes to a graph, sharing every node that was already asked for with the same inputs
 * (all operators are pure), and writes shapes with open dimensions.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Attribute, ConstantData, contribDomain } from "./graph.ts";
import type { Graph, GraphNode } from "./graph.ts";
import type { ElementType, Value } from "./value.ts";
import { OpenDims } from "./open_dims.ts";

/** The type and shape of a value to be made. */
export interface ValueSpec {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/**
 * How a processor multiplies unsigned with signed bytes: exactly, or in sums of two products that are
 * cut at sixteen bits. Unsigned with unsigned ones are exact everywhere.
 */
export type IntegerProducts = "exact" | "cut";

/** ONNX's "until the end" in a slice. */
export const endOfAxis: bigint = 2n ** 63n - 1n;

/** Builds one graph. */
export class GraphBuilder {
  readonly graph: Graph;
  /** Set where the program computes things twice to save memory: its results come in its order. */
  freesEarly = false;
  #names = 0;
  #nodes = new Map<string, readonly Value[]>();
  #constants = new Map<string, Value>();
  #reshaped = new Map<Value, Value>();

  /**
   * Where `contrib` is false, only the standard's own operators are used; where `webgpu` is true,
   * none that its provider leaves to the processor; where `infers` is true, what only processors have
   * and has no gradient; where `processor` is true, what its provider alone has. `integers` says how the processor multiplies them. `taken` are names that the inputs have.
   */
  constructor(
    name: string,
    readonly options: {
      readonly contrib: boolean;
      readonly webgpu?: boolean;
      readonly infers?: boolean;
      readonly processor?: boolean;
      readonly integers?: IntegerProducts | undefined;
      readonly taken?: ReadonlySet<string>;
    },
  ) {
    this.graph = {
      name,
      inputs: [],
      outputs: [],
      constants: new Map(),
      nodes: [],
      openDims: new OpenDims(),
    };
  }

  /** A fresh value with a name of its own. */
  value(spec: ValueSpec): Value {
    let name: string;
    do name = `v${this.#names++}`; while (this.options.taken?.has(name));
    return { name, type: spec.type, shape: [...spec.shape] };
  }

  /** Adds a node, or finds the same one, and returns its outputs. */
  emit(
    op: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly ValueSpec[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain: "" | typeof contribDomain = "",
  ): readonly Value[] {
    const names = inputs.map((input) => input?.name ?? "").join("\n");
    const key = `${op}\n${domain}\n${outputs.length}\n${JSON.stringify(attributes)}\n${names}`;
    const known = this.#nodes.get(key);
    if (known) return known;
    const made = outputs.map((spec) => this.value(spec));
    const node: GraphNode = { op, domain, inputs: [...inputs], outputs: made, attributes };
    this.graph.nodes.push(node);
    this.#nodes.set(key, made);
    return made;
  }

  /** Adds a node with one output. */
  emitOne(
    op: string,
    inputs: readonly (Value | undefined)[],
    output: ValueSpec,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain: "" | typeof contribDomain = "",
  ): Value {
    return this.emit(op, inputs, [output], attributes, domain)[0];
  }

  /** A constant; small ones with the same numbers are shared. */
  constant(data: ConstantData, spec: ValueSpec): Value {
    const maxSharedElements = 64;
    const key = data.length <= maxSharedElements
      ? JSON.stringify([spec.type, spec.shape, Array.from(data, spell)])
      : undefined;
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known) return known;
    const value = this.value(spec);
    this.graph.constants.set(value, data);
    if (key !== undefined) this.#constants.set(key, value);
    return value;
  }

  /** A float32 scalar. */
  float(value: number): Value {
    return this.constant(Float32Array.of(value), { type: "float32", shape: [] });
  }

  /** An int64 vector of plain numbers. */
  ints(values: readonly (number | bigint)[]): Value {
    return this.constant(BigInt64Array.from(values, BigInt), {
      type: "int64",
      shape: [values.length],
    });
  }

  /** The same value in another type. */
  cast(value: Value, type: ElementType): Value {
    if (value.type === type) return value;
    return this.emitOne("Cast", [value], { type, shape: value.shape }, {
      to: { int: onnxType[type] },
    });
  }

  /** A size as an int64 vector of one element, read at run time where it is open. */
  size(size: number): Value {
    const { constant, open } = this.graph.openDims.factor(size);
    const parts = open.map(({ source }) =>
      this.emitOne("Shape", [source.value], { type: "int64", shape: [1] }, {
        start: { int: source.axis },
        end: { int: source.axis + 1 },
      })
    );
    if (constant !== 1 || parts.length === 0) parts.push(this.ints([constant]));
    return parts.reduce((product, part) =>
      this.emitOne("Mul", [product, part], { type: "int64", shape: [1] })
    );
  }

  /** A shape as an int64 vector. */
  shape(shape: readonly number[]): Value {
    if (!shape.some((dim) => this.graph.openDims.isOpen(dim))) {
      return this.ints(shape);
    }
    return this.concatSizes(shape.map((dim) => this.size(dim)));
  }

  /** Joins int64 vectors of one element. */
  concatSizes(sizes: readonly Value[]): Value {
    if (sizes.length === 1) return sizes[0];
    return this.emitOne("Concat", sizes, { type: "int64", shape: [sizes.length] }, {
      axis: { int: 0 },
    });
  }

  /** The same elements in another shape; an open dimension becomes 0 (kept) or -1 (inferred). */
  reshape(value: Value, shape: readonly number[]): Value {
    const original = this.#reshaped.get(value);
    if (original) return this.reshape(original, shape);
    if (sameShape(value.shape, shape)) return value;
    const isOpen = (dim: number) => this.graph.openDims.isOpen(dim);
    const dims = shape.map((dim, i) => isOpen(dim) ? (value.shape[i] === dim ? 0 : -1) : dim);
    const inferred = dims.filter((dim) => dim === -1).length;
    let target: Value;
    if (inferred <= 1 && (!shape.includes(0) || inferred === 0 && !shape.some(isOpen))) {
      target = this.ints(dims);
    } else {
      // All but the last unknown size are read; the runtime infers that one.
      const last = shape.includes(0) ? -1 : dims.lastIndexOf(-1);
      target = this.concatSizes(
        shape.map((dim, i) => i === last ? this.ints([-1]) : this.size(dim)),
      );
    }
    const attributes: Record<string, Attribute> = shape.includes(0)
      ? { allowzero: { int: 1 } }
      : {};
    const made = this.emitOne("Reshape", [value, target], { type: value.type, shape }, attributes);
    this.#reshaped.set(made, value);
    return made;
  }

  /** A tensor filled with one number. */
  fill(shape: readonly number[], value: number, type: ElementType): Value {
    const data = type === "float32"
      ? Float32Array.of(value)
      : type === "int64"
      ? BigInt64Array.of(BigInt(value))
      : type === "int32"
      ? Int32Array.of(value)
      : Uint8Array.of(value);
    const scalar = this.constant(data, { type, shape: [] });
    if (shape.length === 0) return scalar;
    return this.expand(scalar, shape);
  }

  /** Repeats along dimensions of size one. */
  expand(value: Value, shape: readonly number[]): Value {
    if (sameShape(value.shape, shape)) return value;
    return this.emitOne("Expand", [value, this.shape(shape)], { type: value.type, shape });
  }

  /** A part of a tensor: `begin` and `size` for each axis. */
  slice(value: Value, begin: readonly number[], size: readonly number[]): Value {
    const axes = begin.map((_, axis) => axis)
      .filter((axis) => begin[axis] !== 0 || size[axis] !== value.shape[axis]);
    if (axes.length === 0) return value;
    const bounds = axes.map((axis) => ({
      start: this.#bound(begin[axis], value.shape[axis]),
      end: this.#bound(begin[axis] + size[axis], value.shape[axis]),
    }));
    const made = this.emitOne("Slice", [
      value,
      this.concatSizes(bounds.map(({ start }) => start.at)),
      this.concatSizes(bounds.map(({ end }) => end.at)),
      this.ints(axes),
    ], { type: value.type, shape: size });
    axes.forEach((axis, i) => {
      const isRest = this.graph.openDims.isOpen(begin[axis]);
      if (isRest || bounds[i].start.fromEnd !== bounds[i].end.fromEnd) {
        this.registerSize(made, axis);
      }
    });
    return made;
  }

  /** A place on an axis. On an open one it is counted from the nearer end, such as the last token. */
  #bound(at: number, dim: number): { at: Value; fromEnd: boolean } {
    const { openDims } = this.graph;
    const fromEnd = openDims.isOpen(dim) && dim - at < at;
    if (at === dim) return { at: this.ints([endOfAxis]), fromEnd };
    if (fromEnd && !openDims.isOpen(at)) return { at: this.ints([at - dim]), fromEnd };
    return { at: this.size(at), fromEnd };
  }

  /** Registers a size that only this value has, such as the sum that a concatenation makes. */
  registerSize(value: Value, axis: number): void {
    const { openDims } = this.graph;
    const size = value.shape[axis];
    if (openDims.isOpen(size)) return;
    openDims.add({ name: `${value.name}.${axis}`, marker: size, source: { value, axis } });
  }

  /** Registers the size of a part of an open dimension, which has a marker of its own. */
  registerPart(value: Value, axis: number): void {
    const marker = value.shape[axis];
    this.graph.openDims.add({ name: `${value.name}.${axis}`, marker, source: { value, axis } });
  }

  /** An error about an operator that has no translation. */
  unsupported(what: string): TunebookError {
    return new TunebookError("unsupported", what);
  }
}

/** Numbers of ONNX's `TensorProto.DataType`. */
export const onnxType: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
};

/** True where two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Spells a number so that −0 and NaN keep their identity. */
function spell(value: number | bigint): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** The broadcast of two shapes. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new TunebookError("unsupported", `shapes [${a}] and [${b}] do not broadcast`);
    }
    return left === 1 ? right : left;
  });
}
