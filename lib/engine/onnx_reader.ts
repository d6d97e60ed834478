/**
 * Reads an ONNX model (onnx.ai, `onnx.proto`) as plain objects: what `onnx_writer.ts` writes, and what
 * others write.
 *
 * @module
 */
import * as proto from "onnx-proto";
import type { onnx } from "onnx-proto";
import { messageOf, TunebookError } from "../core/errors.ts";
import { type ExternalBytes, type GraphConstant, onnxConstant, onnxKind } from "./onnx_tensor.ts";

/** An attribute of a node; a graph within a node is told by the name of its kind only. */
export type OnnxAttribute = number | string | readonly number[] | readonly string[] | GraphConstant;

/** One operator call. A missing optional input is the empty text. */
export interface OnnxNode {
  readonly op: string;
  /** Empty for the standard's operators. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** An input of the graph; open sizes are undefined. */
export interface OnnxInput {
  readonly name: string;
  readonly type: GraphConstant["type"] | undefined;
  readonly shape: readonly (number | undefined)[];
}

/** A graph of operator calls, in an order that can run. */
export interface OnnxContents {
  readonly nodes: readonly OnnxNode[];
  /** Weights and other numbers that the file holds, by name. */
  readonly constants: ReadonlyMap<string, GraphConstant>;
  /** What the graph is fed with: inputs that are no weights. */
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
}

// The package is CommonJS: its names are on the default export.
const { ModelProto } = (proto as unknown as { default: typeof proto }).default.onnx;

/**
 * Decodes a model file.
 *
 * @param where the file, for errors
 * @param external reads the files beside it that hold large weights
 * @throws TunebookError of kind "weights" for bytes that are no ONNX model
 */
export function readOnnx(bytes: Uint8Array, where: string, external: ExternalBytes): OnnxContents {
  let model: onnx.IModelProto;
  try {
    model = ModelProto.decode(bytes);
  } catch (error) {
    throw new TunebookError("weights", `${where} is no ONNX model: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const { graph } = model;
  if (!graph?.node?.length) {
    throw new TunebookError("weights", `${where} is no ONNX model: it has no graph`);
  }
  const constants = new Map(
    (graph.initializer ?? []).map((tensor) => [
      tensor.name ?? "",
      onnxConstant(where, tensor, external),
    ]),
  );
  return {
    nodes: graph.node.map((node) => ({
      op: node.opType ?? "",
      domain: node.domain === "ai.onnx" ? "" : node.domain ?? "",
      name: node.name ?? "",
      inputs: node.input ?? [],
      outputs: node.output ?? [],
      attributes: Object.fromEntries(
        (node.attribute ?? []).map((each) => [
          each.name ?? "",
          attributeOf(each, where, external),
        ]),
      ),
    })),
    constants,
    inputs: (graph.input ?? []).filter(({ name }) => !constants.has(name ?? "")).map(inputOf),
    outputs: (graph.output ?? []).map(({ name }) => name ?? ""),
  };
}

function inputOf({ name, type }: onnx.IValueInfoProto): OnnxInput {
  const { elemType, shape } = type?.tensorType ?? {};
  const sizes = (shape?.dim ?? []).map(({ dimValue, dimParam }) => {
    const size = Number(String(dimValue ?? 0));
    return !dimParam && size > 0 ? size : undefined;
  });
  return { name: name ?? "", type: onnxKind(elemType ?? 0), shape: sizes };
}

/** By `AttributeProto.AttributeType`, which some writers leave out. */
const types = { float: 1, int: 2, text: 3, tensor: 4, graph: 5, floats: 6, ints: 7, texts: 8 };

function attributeOf(
  attribute: onnx.IAttributeProto,
  where: string,
  external: ExternalBytes,
): OnnxAttribute {
  const decoder = new TextDecoder();
  const numbers = (list: readonly unknown[] | null | undefined) =>
    (list ?? []).map((each) => Number(String(each)));
  switch (attribute.type) {
    case types.float:
      return attribute.f ?? 0;
    case types.int:
      return Number(String(attribute.i ?? 0));
    case types.text:
      return decoder.decode(attribute.s ?? new Uint8Array());
    case types.tensor:
      return onnxConstant(where, attribute.t!, external);
    case types.floats:
      return numbers(attribute.floats);
    case types.ints:
      return numbers(attribute.ints);
    case types.texts:
      return (attribute.strings ?? []).map((each) => decoder.decode(each));
  }
  return "graph";
}
