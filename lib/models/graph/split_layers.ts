/**
 * Takes the weights out of a graph: each becomes a layer of the model, and its node names it.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { GraphConstant } from "../../engine/mod.ts";
import type { Layer } from "../../nn/layer.ts";
import {
  changed,
  constantOf,
  countOf,
  reshaped,
  turned,
  withRank,
} from "../../weights/graph/constants.ts";
import type { FileNode, GraphFile } from "../../weights/graph/graph_file.ts";
import type { GraphModel, GraphWithWeights, ModelNode, NodeConstant } from "./graph_model.ts";
import { LayerPaths } from "./layer_paths.ts";

/** Operators whose constant operand is trained where it comes after a layer. */
const trainedOperands = new Set(["Add", "Sub", "Mul", "Div", "MatMul", "PRelu"]);

/** The most numbers that a graph may hold that are no weights. */
const mostConstantNumbers = 1 << 20;

/** What has been found so far. */
interface Found {
  readonly file: GraphFile;
  readonly paths: LayerPaths;
  readonly layers: Map<string, Layer>;
  readonly weights: Map<string, GraphConstant>;
  readonly tensors: Record<string, string>;
  /** Tensors that come after a layer: what meets them is no preparation of the image. */
  readonly learned: Set<string>;
  /** How many nodes read each tensor. */
  readonly readers: ReadonlyMap<string, number>;
  /** Nodes that are part of a layer already, such as the addition of its bias. */
  readonly absorbed: Set<FileNode>;
}

/** Splits a graph into a model without numbers, and weights by path. */
export function splitLayers(file: GraphFile): GraphWithWeights {
  const readers = new Map<string, number>();
  for (const name of [...file.nodes.flatMap(({ inputs }) => inputs), ...file.outputs]) {
    readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  const found: Found = {
    file,
    readers,
    paths: new LayerPaths(),
    layers: new Map(),
    weights: new Map(),
    tensors: {},
    learned: new Set(),
    absorbed: new Set(),
  };
  const nodes = file.nodes.flatMap((node) => {
    if (found.absorbed.has(node)) return [];
    const made = layerNode(found, node) ?? plainNode(found, node);
    const isLearned = made.layer !== undefined ||
      made.inputs.some((name) => found.learned.has(name) || name in found.tensors);
    if (isLearned) made.outputs.forEach((name) => found.learned.add(name));
    return [made];
  });
  const { size, ...input } = file.input;
  const model: GraphModel = {
    input,
    outputs: file.outputs,
    nodes,
    layers: [...found.layers.values()],
    tensors: found.tensors,
    constants: constantsOf(found, nodes),
  };
  return { path: file.path, model, size, weights: found.weights };
}

/** Adds a layer with its numbers, once for each path. */
function add(found: Found, layer: Layer, numbers: Record<string, GraphConstant | undefined>) {
  found.layers.set(layer.path, layer);
  for (const [role, constant] of Object.entries(numbers)) {
    if (constant) found.weights.set(role === "" ? layer.path : `${layer.path}.${role}`, constant);
  }
}

function layerNode(found: Found, node: FileNode): ModelNode | undefined {
  switch (node.op) {
    case "Conv":
    case "ConvTranspose":
      return convolution(found, node);
    case "Gemm":
    case "MatMul":
      return linear(found, node);
    case "BatchNormalization":
      return batchNorm(found, node);
    case "LayerNormalization":
    case "InstanceNormalization":
      return norm(found, node);
  }
  return undefined;
}

const constant = ({ file }: Found, name: string | undefined) =>
  name ? file.constants.get(name) : undefined;

function convolution(found: Found, node: FileNode): ModelNode | undefined {
  const [x, name, biasName] = node.inputs;
  const weight = constant(found, name);
  if (weight?.shape.length !== 4 || biasName && !constant(found, biasName)) return undefined;
  const groups = node.attributes.group as number ?? 1;
  const [first, second, ...kernel] = weight.shape;
  const isTransposed = node.op === "ConvTranspose";
  const [inChannels, outChannels] = isTransposed
    ? [first, second * groups]
    : [second * groups, first];
  const ofChannels = (bias: GraphConstant) => channelsOnly(bias, outChannels, true);
  const { bias, output } = biasName
    ? { bias: constant(found, biasName), output: node.outputs[0] }
    : addedBias(found, node, ofChannels);
  const path = found.paths.of("conv", name, node.name, node.outputs[0]);
  add(found, {
    kind: "conv",
    path,
    inChannels,
    outChannels,
    kernel: kernel as [number, number],
    ...(groups > 1 ? { groups } : {}),
    ...(bias ? {} : { bias: false }),
    ...(isTransposed ? { isTransposed } : {}),
  }, { weight, bias });
  return { op: node.op, inputs: [x], outputs: [output], attributes: node.attributes, layer: path };
}

function linear(found: Found, node: FileNode): ModelNode | undefined {
  const [x, name, biasName] = node.inputs;
  const weight = constant(found, name);
  const { transA = 0, transB = 0, alpha = 1, beta = 1 } = node.attributes as Record<string, number>;
  if (weight?.shape.length !== 2 || transA !== 0 || constant(found, x)) return undefined;
  const rows = transB ? weight : turned(weight, [1, 0]);
  const [outFeatures, inFeatures] = rows.shape;
  const ofFeatures = (bias: GraphConstant) => channelsOnly(bias, outFeatures, false);
  const given = biasName ? constant(found, biasName) : undefined;
  const own = given && ofFeatures(given);
  if (biasName && !own) return undefined;
  const { bias, output } = own
    ? { bias: beta === 1 ? own : changed(own, (number) => beta * number), output: node.outputs[0] }
    : addedBias(found, node, ofFeatures);
  const path = found.paths.of("linear", name, node.name, node.outputs[0]);
  add(found, {
    kind: "linear",
    path,
    inFeatures,
    outFeatures,
    ...(bias ? {} : { bias: false }),
  }, { weight: alpha === 1 ? rows : changed(rows, (number) => alpha * number), bias });
  return { op: "Linear", inputs: [x], outputs: [output], layer: path };
}

function batchNorm(found: Found, node: FileNode): ModelNode | undefined {
  const [x, scale, ...others] = node.inputs;
  const [weight, bias, mean, variance] = [scale, ...others].map((name) => constant(found, name));
  if (!weight || !bias || !mean || !variance) return undefined;
  const path = found.paths.of("batchNorm", scale, node.name, node.outputs[0]);
  // ONNX counts what stays of the running statistics, PyTorch what a batch adds.
  const { momentum = 0.9, epsilon = 1e-5 } = node.attributes as Record<string, number>;
  add(found, {
    kind: "batchNorm",
    path,
    width: countOf(weight.shape),
    momentum: Number((1 - momentum).toFixed(6)),
  }, { weight, bias, running_mean: mean, running_var: variance });
  const [output] = node.outputs;
  return { op: node.op, inputs: [x], outputs: [output], attributes: { epsilon }, layer: path };
}

function norm(found: Found, node: FileNode): ModelNode | undefined {
  const [x, scale, offset] = node.inputs;
  const weight = constant(found, scale);
  const isLast = node.op !== "LayerNormalization" || (node.attributes.axis ?? -1) === -1;
  if (weight?.shape.length !== 1 || !isLast) return undefined;
  const [width] = weight.shape;
  const bias = constant(found, offset) ?? constantOf([width], new Float32Array(width));
  const path = found.paths.of("norm", scale, node.name, node.outputs[0]);
  add(found, { kind: "norm", path, width }, { weight, bias });
  const epsilon = node.attributes.epsilon as number ?? 1e-5;
  return {
    op: node.op,
    inputs: [x],
    outputs: [node.outputs[0]],
    attributes: { epsilon },
    layer: path,
  };
}

/** A constant as one number for each channel or feature; undefined where it is something else. */
function channelsOnly(
  constant: GraphConstant,
  count: number,
  isMap: boolean,
): GraphConstant | undefined {
  const { shape } = withRank(constant, isMap ? 4 : constant.shape.length);
  const axis = isMap ? 1 : shape.length - 1;
  const fits = shape.length > 0 && shape.every((size, i) => size === (i === axis ? count : 1));
  return fits && constant.type === "float" ? reshaped(constant, [count]) : undefined;
}

/** The bias that the only reader of a layer adds to it, where there is one. */
function addedBias(
  found: Found,
  node: FileNode,
  ofChannels: (bias: GraphConstant) => GraphConstant | undefined,
): { readonly bias?: GraphConstant; readonly output: string } {
  const [output] = node.outputs;
  if (found.readers.get(output) !== 1) return { output };
  const next = found.file.nodes.find(({ op, inputs }) => op === "Add" && inputs.includes(output));
  const other = next?.inputs.find((name) => name !== output);
  const added = constant(found, other);
  const bias = added && ofChannels(added);
  if (!next || !bias) return { output };
  found.absorbed.add(next);
  return { bias, output: next.outputs[0] };
}

/** A node without a layer; numbers that it multiplies or adds after a layer are tensors of the model. */
function plainNode(found: Found, node: FileNode): ModelNode {
  const { op, inputs, outputs, attributes } = node;
  const meetsLearned = inputs.some((name) => found.learned.has(name));
  for (const name of inputs) {
    const operand = constant(found, name);
    const isTrained = operand?.type === "float" && countOf(operand.shape) > 1 &&
      trainedOperands.has(op) && meetsLearned;
    if (!isTrained || name in found.tensors) continue;
    const path = found.paths.of("tensor", name, node.name, outputs[0]);
    found.tensors[name] = path;
    const { shape } = operand;
    add(found, { kind: "tensor", path, shape, initial: "zeros" }, { "": operand });
  }
  return { op, inputs, outputs, ...(Object.keys(attributes).length > 0 ? { attributes } : {}) };
}

/** What nodes read of constants that are no layers. */
function constantsOf(found: Found, nodes: readonly ModelNode[]): Record<string, NodeConstant> {
  const { file, tensors } = found;
  const constants: Record<string, NodeConstant> = {};
  let total = 0;
  for (const name of nodes.flatMap(({ inputs }) => inputs)) {
    const value = file.constants.get(name);
    if (!value || name in tensors || name in constants) continue;
    total += countOf(value.shape);
    if (total > mostConstantNumbers) {
      throw new TunebookError(
        "unsupported",
        `${file.path} holds more than ${mostConstantNumbers} numbers that are no weights, ${name} ` +
          `[${value.shape}] among them`,
      );
    }
    const data = Array.from(value.read(), jsonNumber);
    constants[name] = { shape: value.shape, type: value.type, data };
  }
  return constants;
}

/** A number that JSON has: beyond the largest one it is that one. */
function jsonNumber(number: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, number));
}
