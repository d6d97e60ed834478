/**
 * Products that a file computes in eight bits, in float32: what `quantize_dynamic` of ONNX Runtime makes of a model, and
 * transformers.js calls `q8`.
 *
 * @module
 */
import type { GraphConstant } from "../../../engine/mod.ts";
import { dequantised } from "../constants.ts";
import type { FileNode } from "../graph_file.ts";

/** A product of bytes → the same of float32. */
const products: Readonly<Record<string, string>> = { ConvInteger: "Conv", MatMulInteger: "MatMul" };

/** How the name of a weight in eight bits ends. */
const roundedEnding = /_quantized$/;

/**
 * Puts one product of float32 in the place of the nodes that round an image's numbers to bytes, multiply these with a
 * constant weight and scale the result. Weights are the numbers that their bytes stand for, added to `constants`; the
 * other factor is no longer rounded, which is all that changes. Nodes of another form stay as they are.
 */
export function floatProducts(
  nodes: readonly FileNode[],
  outputs: readonly string[],
  constants: Map<string, GraphConstant>,
): FileNode[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  const readers = readersOf(nodes, outputs);
  const onlyReader = (name: string, op: string) => {
    const [reader, ...others] = readers.get(name) ?? [];
    return others.length === 0 && reader?.op === op ? reader : undefined;
  };
  const inPlaceOf = new Map<FileNode, FileNode>();
  const gone = new Set<FileNode>();
  for (const node of nodes) {
    const op = products[node.op];
    const rounding = op && makers.get(node.inputs[0]);
    const bytes = op && constants.get(node.inputs[1]);
    if (!rounding || !bytes || rounding.op !== "DynamicQuantizeLinear") continue;
    const cast = onlyReader(node.outputs[0], "Cast");
    const scaled = cast && onlyReader(cast.outputs[0], "Mul");
    const scales = scaled &&
      makers.get(scaled.inputs.find((name) => name !== cast.outputs[0]) ?? "");
    const scale = scales?.op === "Mul" && scales.inputs.includes(rounding.outputs[1])
      ? constants.get(scales.inputs.find((name) => name !== rounding.outputs[1]) ?? "")
      : undefined;
    if (!scaled || !scale) continue;
    const axis = op === "Conv" ? 0 : bytes.shape.length - 1;
    const weight = freeName(node.inputs[1], constants);
    constants.set(weight, dequantised(bytes, scale, constants.get(node.inputs[3] ?? ""), axis));
    inPlaceOf.set(scaled, {
      ...node,
      op,
      inputs: [rounding.inputs[0], weight],
      outputs: scaled.outputs,
    });
    [node, cast].forEach((each) => gone.add(each));
  }
  const kept = nodes.filter((node) => !gone.has(node)).map((node) => inPlaceOf.get(node) ?? node);
  return inPlaceOf.size === 0 ? kept : withoutUnread(kept, outputs);
}

/** The nodes that read each tensor; a graph's output has a reader more. */
function readersOf(nodes: readonly FileNode[], outputs: readonly string[]) {
  const readers = new Map<string, (FileNode | undefined)[]>(
    outputs.map((name) => [name, [undefined]]),
  );
  for (const node of nodes) {
    for (const name of node.inputs) readers.set(name, [...readers.get(name) ?? [], node]);
  }
  return readers;
}

/** The nodes without the roundings and scales that no other reads; from the end, since one may be read by another. */
function withoutUnread(nodes: readonly FileNode[], outputs: readonly string[]): FileNode[] {
  const read = new Set(outputs);
  const kept: FileNode[] = [];
  for (const node of nodes.toReversed()) {
    const mayGo = node.op === "DynamicQuantizeLinear" || node.op === "Mul";
    if (mayGo && !node.outputs.some((name) => read.has(name))) continue;
    node.inputs.forEach((name) => read.add(name));
    kept.push(node);
  }
  return kept.reverse();
}

/** The name of a weight before it was rounded, unless another has it. */
function freeName(name: string, constants: ReadonlyMap<string, GraphConstant>): string {
  const plain = name.replace(roundedEnding, "");
  return constants.has(plain) ? `${name}_float` : plain;
}
