/**
 * The numbers of a tensor in an ONNX file (onnx.ai, `onnx.proto`), whatever they are stored as.
 *
 * @module
 */
import type { onnx } from "onnx-proto";
import { TunebookError } from "../core/errors.ts";

/** A constant of a graph: numbers that are known before it runs. */
export interface GraphConstant {
  readonly shape: readonly number[];
  /** Integers and truth values are whole numbers, which float64 holds up to 2⁵³. */
  readonly type: "float" | "int" | "bool";
  /** The numbers, row by row. */
  read(): Float32Array | Float64Array;
}

/** The bytes of a file beside the model that hold a tensor. */
export type ExternalBytes = (location: string, offset: number, length?: number) => Uint8Array;

type Kind = GraphConstant["type"];

/** How one of ONNX's element types is read from bytes, and in which list a file may have it instead. */
interface Element {
  readonly name: string;
  readonly kind: Kind;
  readonly bytes: number;
  readonly list: "floatData" | "int32Data" | "int64Data" | "doubleData" | "uint64Data";
  at(view: DataView, offset: number): number;
  /** What a number of `int32Data` stands for, where it is not the number itself. */
  ofList?(number: number): number;
}

const bits = new DataView(new ArrayBuffer(4));
function fromBfloat16(high: number): number {
  bits.setUint32(0, high << 16 >>> 0);
  return bits.getFloat32(0);
}
function fromFloat16(half: number): number {
  bits.setUint16(0, half);
  return bits.getFloat16(0);
}

const element = (
  name: string,
  kind: Kind,
  bytes: number,
  list: Element["list"],
  at: Element["at"],
  ofList?: Element["ofList"],
): Element => ({ name, kind, bytes, list, at, ...(ofList ? { ofList } : {}) });

/** By `TensorProto.DataType`. */
const elements: Readonly<Record<number, Element>> = {
  1: element("float", "float", 4, "floatData", (view, at) => view.getFloat32(at, true)),
  2: element("uint8", "int", 1, "int32Data", (view, at) => view.getUint8(at)),
  3: element("int8", "int", 1, "int32Data", (view, at) => view.getInt8(at)),
  4: element("uint16", "int", 2, "int32Data", (view, at) => view.getUint16(at, true)),
  5: element("int16", "int", 2, "int32Data", (view, at) => view.getInt16(at, true)),
  6: element("int32", "int", 4, "int32Data", (view, at) => view.getInt32(at, true)),
  7: element("int64", "int", 8, "int64Data", (view, at) => Number(view.getBigInt64(at, true))),
  9: element("bool", "bool", 1, "int32Data", (view, at) => view.getUint8(at)),
  10: element(
    "float16",
    "float",
    2,
    "int32Data",
    (view, at) => view.getFloat16(at, true),
    fromFloat16,
  ),
  11: element("double", "float", 8, "doubleData", (view, at) => view.getFloat64(at, true)),
  12: element("uint32", "int", 4, "uint64Data", (view, at) => view.getUint32(at, true)),
  13: element("uint64", "int", 8, "uint64Data", (view, at) => Number(view.getBigUint64(at, true))),
  16: element(
    "bfloat16",
    "float",
    2,
    "int32Data",
    (view, at) => fromBfloat16(view.getUint16(at, true)),
    fromBfloat16,
  ),
};

/** Whether ONNX's element type is of floating-point numbers; undefined for one that is not read. */
export function onnxKind(type: number): Kind | undefined {
  return elements[type]?.kind;
}

/**
 * A tensor's shape, and its numbers when they are asked for.
 *
 * Throws an error of kind "unsupported" for elements that are no plain numbers, and of kind "weights" for
 * a tensor that holds fewer numbers than its shape says.
 */
export function onnxConstant(
  where: string,
  tensor: onnx.ITensorProto,
  external: ExternalBytes,
): GraphConstant {
  const shape = (tensor.dims ?? []).map((dim) => Number(String(dim)));
  const type = elements[tensor.dataType ?? 0];
  if (!type) {
    throw new TunebookError(
      "unsupported",
      `${where}: the tensor ${tensor.name} has elements of ONNX's type ${tensor.dataType}, which are ` +
        "no plain numbers",
    );
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const check = (found: number) => {
    if (found === count) return;
    throw new TunebookError(
      "weights",
      `${where}: the tensor ${tensor.name} [${shape}] has ${found} numbers instead of ${count}`,
    );
  };
  return {
    shape,
    type: type.kind,
    read() {
      const values = type.kind === "float" ? new Float32Array(count) : new Float64Array(count);
      const list = tensor[type.list];
      const raw = bytesOf(tensor, external);
      if (raw.length === 0 && list && list.length > 0) {
        check(list.length);
        const { ofList = (number: number) => number } = type;
        for (let i = 0; i < count; i++) values[i] = ofList(Number(String(list[i])));
        return values;
      }
      check(raw.length / type.bytes);
      if (values instanceof Float32Array && type.name === "float") {
        new Uint8Array(values.buffer).set(raw);
        return values;
      }
      const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
      for (let i = 0; i < count; i++) values[i] = type.at(view, i * type.bytes);
      return values;
    },
  };
}

function bytesOf(tensor: onnx.ITensorProto, external: ExternalBytes): Uint8Array {
  const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key, value]));
  const location = entries.get("location");
  if (!location) return tensor.rawData ?? new Uint8Array();
  const length = entries.get("length");
  return external(
    location,
    Number(entries.get("offset") ?? 0),
    length ? Number(length) : undefined,
  );
}
