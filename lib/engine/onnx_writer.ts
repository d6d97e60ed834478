/**
 * Writes a graph as an ONNX model (onnx.ai, `onnx.proto`), small constants inside and, where asked,
 * large ones in an external file beside it.
 *
 * @module
 */
import * as proto from "onnx-proto";
import type { onnx } from "onnx-proto";
import { type Attribute, type Constant, contribDomain } from "./graph.ts";
import { bytesOf } from "./value.ts";
import type { Graph } from "./graph.ts";
import type { Value } from "./value.ts";
import { onnxType } from "./graph_builder.ts";

/** The standard's operator set; 18 is the first whose reductions take their axes as input. */
export const standardVersion = 18;
/** The file format that belongs to operator set 18. */
const irVersion = 8;
/** Alignment of external data that lets a runtime map it into memory. */
const alignment = 4096;

/** A model file, and what makes the chunks of its external data, in order. */
export interface OnnxModel {
  readonly bytes: Uint8Array;
  readonly external: readonly (() => Uint8Array)[];
  /** The files of the external data, each with the number of its first chunk; empty without such data. */
  readonly pieces: readonly ExternalPiece[];
  /** Where the weights are in the external file once the chunks are written behind its end. */
  readonly placed: ExternalPlaces;
}

/** An external file: its size, and by name where the weights of earlier models are in it. */
export interface ExternalPlaces {
  readonly places: ReadonlyMap<string, { readonly offset: number; readonly size: number }>;
  readonly end: number;
}

/** One file of external data. */
export interface ExternalPiece {
  readonly file: string;
  readonly firstChunk: number;
}

/** Where large constants go. */
export interface OnnxFileOptions {
  /** The file name of the external data; without it everything is inside the model. */
  readonly externalFile?: string;
  /** Constants of at least this many bytes go outside. */
  readonly minExternalBytes?: number;
  /**
   * The most bytes of an external file, but for a constant that is larger alone. What does not fit goes into
   * `<externalFile>_1`, `<externalFile>_2` …, as transformers.js asks for them. One file unless given.
   */
  readonly pieceBytes?: number;
  /** What the external file has already; it takes all other frozen weights, also small ones. */
  readonly known?: ExternalPlaces;
  /**
   * Tells the shapes with open dimensions of all values, not only of inputs and outputs. Behind a reshape the
   * runtime knows no size by itself: it compares each value with all memory that is free, and finds none of its
   * size. That took half of the time in which the gradients of a MiniLM are prepared.
   */
  readonly tellsShapes?: boolean;
}

// The package is CommonJS: its names are on the default export.
const { ModelProto, AttributeProto, TensorProto } =
  (proto as unknown as { default: typeof proto }).default.onnx;
const attributeType = AttributeProto.AttributeType;

/** Writes a graph as an ONNX model. */
export function writeOnnx(graph: Graph, options: OnnxFileOptions = {}): OnnxModel {
  const names = outputNames(graph);
  const nameOf = (value: Value | undefined) => value ? names.get(value) ?? value.name : "";
  const external: (() => Uint8Array)[] = [];
  const places = new Map(options.known?.places);
  let end = options.known?.end ?? 0;
  const pieces: ExternalPiece[] = [];
  const pieceFor = (size: number, { externalFile, pieceBytes = Infinity }: OnnxFileOptions) => {
    const last = pieces.at(-1);
    if (last && end + size <= pieceBytes) return last.file;
    const file = pieces.length === 0 ? externalFile! : `${externalFile}_${pieces.length}`;
    if (last) end = 0;
    pieces.push({ file, firstChunk: external.length });
    return file;
  };
  const initializer = [...graph.constants].map(([value, data]) => {
    const size = bytesOf(value);
    const tensor: onnx.ITensorProto = {
      name: nameOf(value),
      dims: [...value.shape],
      dataType: onnxType[value.type],
    };
    const isHeld = options.known && typeof data === "function";
    if (!options.externalFile || !isHeld && size < (options.minExternalBytes ?? 0)) {
      tensor.rawData = rawBytes(data);
      return tensor;
    }
    tensor.dataLocation = TensorProto.DataLocation.EXTERNAL;
    const found = places.get(value.name);
    const isKnown = found?.size === size && typeof data === "function";
    const location = isKnown ? options.externalFile : pieceFor(size, options);
    const offset = isKnown ? found.offset : end;
    tensor.externalData = [
      { key: "location", value: location },
      { key: "offset", value: String(offset) },
      { key: "length", value: String(size) },
    ];
    if (isKnown) return tensor;
    const gap = (alignment - size % alignment) % alignment;
    external.push(() => rawBytes(data));
    if (gap > 0) external.push(() => new Uint8Array(gap));
    // What a trace computed has a name by chance; only frozen inputs are found again.
    if (typeof data === "function") places.set(value.name, { offset, size });
    end += size + gap;
    return tensor;
  });
  const node: onnx.INodeProto[] = graph.nodes.map((each, i) => ({
    name: `${each.op}_${i}`,
    opType: each.op,
    domain: each.domain,
    input: each.inputs.map(nameOf),
    output: each.outputs.map(nameOf),
    attribute: Object.entries(each.attributes).map(([name, value]) => attribute(name, value)),
  }));
  for (const { name, value } of graph.outputs) {
    if (nameOf(value) === name) continue;
    node.push({
      name: `output ${name}`,
      opType: "Identity",
      input: [nameOf(value)],
      output: [name],
    });
  }
  const model: onnx.IModelProto = {
    irVersion,
    producerName: "tunebook",
    opsetImport: [
      { domain: "", version: standardVersion },
      ...(graph.nodes.some(({ domain }) => domain === contribDomain)
        ? [{ domain: contribDomain, version: 1 }]
        : []),
    ],
    graph: {
      name: graph.name,
      node,
      initializer,
      input: graph.inputs.map((value) => valueInfo(value.name, value, graph)),
      output: graph.outputs.map(({ name, value }) => valueInfo(name, value, graph)),
      ...(options.tellsShapes ? { valueInfo: innerValues(graph, nameOf) } : {}),
    },
  };
  return { bytes: ModelProto.encode(model).finish(), external, pieces, placed: { places, end } };
}

function rawBytes(constant: Constant): Uint8Array {
  const data = typeof constant === "function" ? constant() : constant;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * A value that a node makes takes the name of the output that it is; others are copied to it. A
 * value that has another output's name by chance gives it up.
 */
function outputNames(graph: Graph): Map<Value, string> {
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const names = new Map<Value, string>();
  const taken = new Set(graph.outputs.map(({ name }) => name));
  for (const { name, value } of graph.outputs) {
    if (made.has(value) && !names.has(value)) names.set(value, name);
  }
  for (const value of [...made, ...graph.constants.keys()]) {
    if (!names.has(value) && taken.has(value.name)) names.set(value, `inner ${value.name}`);
  }
  return names;
}

function valueInfo(name: string, value: Value, graph: Graph): onnx.IValueInfoProto {
  const dim = value.shape.map((size, axis): onnx.TensorShapeProto.IDimension => {
    const { constant, open } = graph.openDims.factor(size);
    if (open.length === 0) return { dimValue: constant };
    const product = open.map((each) => each.name).join("*");
    const known = graph.openDims.all.find(({ source }) =>
      source.value === value && source.axis === axis
    );
    return { dimParam: known?.name ?? (constant === 1 ? product : `${constant}*${product}`) };
  });
  return { name, type: { tensorType: { elemType: onnxType[value.type], shape: { dim } } } };
}

/**
 * What nodes make for other nodes. The runtime infers fixed shapes by itself. Nothing is told where open dimensions are
 * cut into parts: parts of one name may end earlier in a short row.
 */
function innerValues(graph: Graph, nameOf: (value: Value) => string): onnx.IValueInfoProto[] {
  if (graph.openDims.hasParts) return [];
  const outer = new Set(graph.outputs.map(({ name }) => name));
  const isOpen = (size: number) => graph.openDims.isOpen(size);
  return graph.nodes.flatMap(({ outputs }) => outputs)
    .filter((value) => value.shape.some(isOpen) && !outer.has(nameOf(value)))
    .map((value) => valueInfo(nameOf(value), value, graph));
}

function attribute(name: string, value: Attribute): onnx.IAttributeProto {
  if ("float" in value) return { name, type: attributeType.FLOAT, f: value.float };
  if ("int" in value) return { name, type: attributeType.INT, i: value.int };
  if ("ints" in value) return { name, type: attributeType.INTS, ints: [...value.ints] };
  return { name, type: attributeType.STRING, s: new TextEncoder().encode(value.text) };
}
