/**
 * An ONNX file as a graph: initialisers and Constant nodes, float16, bfloat16 and quantised weights, and
 * numbers in files beside it.
 *
 * @module
 */
import { dirname, join, normalize } from "node:path";
import { messageOf, TunebookError } from "../../../core/errors.ts";
import { shownName } from "../../../core/quoted.ts";
import {
  type ExternalBytes,
  type GraphConstant,
  type OnnxAttribute,
  type OnnxContents,
  type OnnxNode,
  readOnnx,
} from "../../../engine/mod.ts";
import { constantOf, countOf, dequantised, reshaped, turned } from "../constants.ts";
import type { FileNode, GraphAttribute, GraphFile, GraphInput } from "../graph_file.ts";
import { floatProducts } from "./float_products.ts";

/** Most channels that an image has; tells [height, width, channels] from [channels, height, width]. */
const mostChannels = 4;

/**
 * Reads an ONNX file that takes one image. What it computes out of weights alone, such as casts and
 * transposes, is computed here.
 *
 * @throws TunebookError of kind "weights" for what is no such file
 */
export async function readOnnxGraph(path: string): Promise<GraphFile> {
  const bytes = await readBytes(path);
  const graph = readOnnx(bytes, path, externalBytes(path));
  const constants = new Map(graph.constants);
  const nodes: FileNode[] = [];
  for (const node of graph.nodes) {
    checkNode(path, node);
    const known = foldedConstant(path, node, constants);
    if (known) constants.set(node.outputs[0], known);
    else nodes.push(graphNode(node));
  }
  const { outputs } = graph;
  return {
    path,
    input: imageInput(path, graph),
    outputs,
    nodes: floatProducts(nodes, outputs, constants),
    constants,
  };
}

/** Names without control characters stand in messages as they are. */
function checkNode(path: string, { op, name, inputs, outputs }: OnnxNode): void {
  const isWhole = op !== "" && outputs.length > 0 &&
    ![op, name, ...inputs, ...outputs].some((each) => /[\p{Cc}\p{Cf}]/u.test(each));
  if (isWhole) return;
  throw new TunebookError(
    "weights",
    `${path}: a node has no operator, no output, or a name that no one can read; is the file damaged?`,
  );
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw new TunebookError("weights", `cannot read ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Reads parts of the files beside a model, which must lie in its folder or below. */
function externalBytes(path: string): ExternalBytes {
  return (location, offset, length) => {
    const inside = normalize(location);
    if (inside.startsWith("..") || /^([/\\]|[a-z]:)/i.test(inside)) {
      throw new TunebookError(
        "weights",
        `${path}: its weights lie outside of its folder, ${location}`,
      );
    }
    const file = join(dirname(path), inside);
    try {
      using opened = Deno.openSync(file);
      const bytes = new Uint8Array(length ?? opened.statSync().size - offset);
      opened.seekSync(offset, Deno.SeekMode.Start);
      for (let done = 0; done < bytes.length;) {
        const read = opened.readSync(bytes.subarray(done));
        if (read === null) throw new Error(`it ends before byte ${offset + bytes.length}`);
        done += read;
      }
      return bytes;
    } catch (error) {
      throw new TunebookError("weights", `${path}: cannot read ${file}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  };
}

/** The channels that the first convolution reads, where the file leaves them open. */
function channelsOfFirst({ nodes, constants }: OnnxContents, image: string): number | undefined {
  const first = nodes.find(({ op, inputs }) => op === "Conv" && inputs[0] === image) ??
    nodes.find(({ op }) => op === "Conv");
  const perGroup = first && constants.get(first.inputs[1])?.shape[1];
  return perGroup && perGroup * (first.attributes.group as number ?? 1);
}

function imageInput(path: string, graph: OnnxContents): GraphInput {
  const { inputs } = graph;
  const [input] = inputs;
  const isImage = inputs.length === 1 && input.type === "float" && input.shape.length === 4;
  if (!isImage) {
    const shown = inputs.map(({ name, type, shape }) =>
      `${shownName(name)} ${type ?? "?"}[${shape.map((size) => size ?? "?").join(", ")}]`
    );
    throw new TunebookError(
      "unsupported",
      `${path} takes ${shown.join(", ") || "nothing"}; only graphs are read that take one image, ` +
        "[batch, channels, height, width] or with the channels last",
    );
  }
  const [, first, middle, last] = input.shape;
  const isChannels = (size: number | undefined) => size !== undefined && size <= mostChannels;
  const channelsLast = !isChannels(first) && isChannels(last);
  const channels = (channelsLast ? last : first) ?? channelsOfFirst(graph, input.name);
  if (channels === undefined) {
    throw new TunebookError("unsupported", `${path} does not say how many channels its image has`);
  }
  const [height, width] = channelsLast ? [first, middle] : [middle, last];
  return {
    name: input.name,
    channelsLast,
    channels,
    size: height !== undefined && width !== undefined ? [height, width] : undefined,
  };
}

function graphNode({ op, domain, name, inputs, outputs, attributes }: OnnxNode): FileNode {
  const plain = Object.entries(attributes).map(([key, value]) => [key, singleOf(value)] as const)
    .filter(([, value]) => isPlain(value));
  return {
    op: domain === "" ? op : `${domain}.${op}`,
    name,
    inputs,
    outputs,
    attributes: Object.fromEntries(plain) as Record<string, GraphAttribute>,
  };
}

/** A tensor of one number as that number. */
function singleOf(value: OnnxAttribute): OnnxAttribute {
  const isTensor = typeof value === "object" && "read" in value;
  return isTensor && countOf(value.shape) === 1 ? value.read()[0] : value;
}

function isPlain(value: unknown): boolean {
  return typeof value !== "object" || Array.isArray(value);
}

/** What a node gives where that is known before any image, and is a weight or how one is turned. */
function foldedConstant(
  path: string,
  { op, inputs, attributes, outputs }: OnnxNode,
  constants: ReadonlyMap<string, GraphConstant>,
): GraphConstant | undefined {
  if (op === "Constant") return constantOfNode(path, attributes, outputs[0]);
  const [x, ...others] = inputs.map((name) => constants.get(name));
  if (!x) return undefined;
  switch (op) {
    case "Identity":
      return x;
    case "Cast": {
      const type = castTypes[attributes.to as number];
      const isWhole = type === "int" && x.type === "float";
      return type && !isWhole ? { ...x, type, read: () => castOf(x.read(), type) } : undefined;
    }
    case "Transpose":
      return turned(x, attributes.perm as number[] ?? x.shape.map((_, i) => i).reverse());
    case "Reshape": {
      if (x.type !== "float" || !others[0]) return undefined;
      return reshaped(x, targetShape(x, [...others[0].read()]));
    }
    case "Unsqueeze":
      return Array.isArray(attributes.axes) && x.shape.length === 0 && x.type === "float"
        ? reshaped(x, attributes.axes.map(() => 1))
        : undefined;
    case "DequantizeLinear": {
      const [scale, zeroPoint] = others;
      if (!scale || attributes.block_size) return undefined;
      const axis = attributes.axis as number ?? 1;
      return dequantised(x, scale, zeroPoint, axis < 0 ? axis + x.shape.length : axis);
    }
  }
  return undefined;
}

/** By ONNX's `TensorProto.DataType`: what a cast makes. */
const castTypes: Readonly<Record<number, GraphConstant["type"]>> = {
  1: "float",
  6: "int",
  7: "int",
  10: "float",
  11: "float",
  16: "float",
};

function castOf(numbers: Float32Array | Float64Array, type: GraphConstant["type"]) {
  return type === "float" ? Float32Array.from(numbers) : Float64Array.from(numbers);
}

/** The target of a Reshape, with 0 for a size that stays and -1 for the one that is left. */
function targetShape({ shape }: GraphConstant, target: readonly number[]): number[] {
  const kept = target.map((size, axis) => size === 0 ? shape[axis] : size);
  const rest = countOf(shape) / countOf(kept.filter((size) => size !== -1));
  return kept.map((size) => size === -1 ? rest : size);
}

function constantOfNode(
  path: string,
  { value, value_float, value_floats, value_int, value_ints }: OnnxNode["attributes"],
  name: string,
): GraphConstant {
  if (value && typeof value === "object" && "read" in value) return value;
  if (typeof value_float === "number") return constantOf([], [value_float]);
  if (typeof value_int === "number") return constantOf([], [value_int], "int");
  const list = (value_floats ?? value_ints) as number[] | undefined;
  if (list) return constantOf([list.length], list, value_floats ? "float" : "int");
  throw new TunebookError("unsupported", `${path}: the constant ${name} holds no plain numbers`);
}
