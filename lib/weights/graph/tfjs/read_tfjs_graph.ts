/**
 * A model of tensorflow.js as a graph: `model.json`, a graph model or a layers model, with the files of its
 * weights beside it. Channels come first afterwards.
 *
 * @module
 */
import { messageOf, TunebookError } from "../../../core/errors.ts";
import { isRecord } from "../../../core/objects.ts";
import { parseJson } from "../../../core/parse_json.ts";
import { shownName } from "../../../core/quoted.ts";
import { readText } from "../../../core/read_text.ts";
import type { GraphFile, GraphInput } from "../graph_file.ts";
import { ChannelsFirst } from "./channels_first.ts";
import { type KerasNodes, kerasNodes } from "./keras_layers.ts";
import { tensorName, type TfNode, tfNode } from "./tf_node.ts";
import { translate } from "./translate.ts";
import { readManifest } from "./weights_manifest.ts";

/**
 * Reads a model that takes one image.
 *
 * @throws TunebookError of kind "weights" for what is no model, and "unsupported" for one of another kind
 */
export async function readTfjsGraph(path: string): Promise<GraphFile> {
  const json = await readObject(path);
  const { modelTopology: topology, weightsManifest, signature } = json;
  const weights = await readManifest(path, weightsManifest);
  const isLayers = isRecord(topology) && ("model_config" in topology || "class_name" in topology);
  if (!isLayers && (!isRecord(topology) || !Array.isArray(topology.node))) {
    throw new TunebookError("weights", `${path} is no model of tensorflow.js: it has no nodes`);
  }
  const read = isLayers
    ? kerasNodes(path, topology, weights)
    : graphNodes(path, topology.node as unknown[], signature);
  const nodes = inOrder(path, read.nodes);
  const to = new ChannelsFirst();
  for (const [name, constant] of [...weights, ...read.constants]) to.add(name, constant);
  const input = imageInput(path, nodes);
  to.mark(input.name);
  for (const node of nodes) {
    if (node.op !== "Placeholder" && node.op !== "Const" && node.op !== "NoOp") translate(to, node);
  }
  return { path, input, outputs: read.outputs, nodes: to.nodes, constants: to.constants };
}

/** The nodes of a graph model. */
function graphNodes(path: string, given: readonly unknown[], signature: unknown): KerasNodes {
  const nodes = given.map((each) => tfNode(path, each));
  return { nodes, constants: new Map(), outputs: outputsOf(path, nodes, signature) };
}

async function readObject(path: string): Promise<Record<string, unknown>> {
  try {
    const json = parseJson(await readText(path));
    if (isRecord(json)) return json;
  } catch (error) {
    throw new TunebookError("weights", `cannot read ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  throw new TunebookError("weights", `${path} is not a JSON object`);
}

/** The nodes, each behind those that it reads. Loops of TensorFlow have no such order and stay behind. */
function inOrder(path: string, nodes: readonly TfNode[]): TfNode[] {
  const waiting = new Map(nodes.map((node) => [node.name, node]));
  if (waiting.size < nodes.length) {
    throw new TunebookError("weights", `${path}: two nodes of its graph have the same name`);
  }
  const ordered: TfNode[] = [];
  const sources = (node: TfNode) => node.inputs.map((name) => name.replace(/:\d+$/, ""));
  for (let found = -1; found !== ordered.length;) {
    found = ordered.length;
    for (const node of waiting.values()) {
      if (sources(node).some((name) => waiting.has(name))) continue;
      waiting.delete(node.name);
      ordered.push(node);
    }
  }
  return [...ordered, ...waiting.values()];
}

function imageInput(path: string, nodes: readonly TfNode[]): GraphInput {
  const inputs = nodes.filter(({ op }) => op === "Placeholder");
  const [node] = inputs;
  const shape = node?.shape("shape");
  if (inputs.length !== 1 || shape?.length !== 4 || !(shape[3] > 0)) {
    const shown = inputs.map((each) => `${shownName(each.name)} [${each.shape("shape") ?? "?"}]`);
    throw new TunebookError(
      "unsupported",
      `${path} takes ${shown.join(", ") || "nothing"}; only graphs are read that take one image, ` +
        "[batch, height, width, channels]",
    );
  }
  const [, height, width, channels] = shape;
  const size = height > 0 && width > 0 ? [height, width] as const : undefined;
  return { name: node.name, channelsLast: false, channels, size };
}

/** What the signature names, or else what no other node reads. */
function outputsOf(path: string, nodes: readonly TfNode[], signature: unknown): string[] {
  const { outputs } = isRecord(signature) ? signature : {};
  const named = isRecord(outputs)
    ? Object.entries(outputs).map(([key, each]) => {
      if (isRecord(each) && typeof each.name === "string") return tensorName(each.name);
      throw new TunebookError(
        "weights",
        `${path}: its signature names no tensor for the output ${shownName(key)}`,
      );
    })
    : [];
  if (named.length > 0) return named;
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return nodes.filter(({ name, op }) => !read.has(name) && op !== "Const" && op !== "NoOp")
    .map(({ name }) => name);
}
