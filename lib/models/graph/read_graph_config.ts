/**
 * A graph's file as `config.json` would describe it: operators, layers, the size of its images and how they
 * become pixels. The configuration of a folder that such a model was merged into is the same.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { GraphOptions } from "../../weights/graph/graph_options.ts";
import { dependenciesOf, type GraphModel } from "./graph_model.ts";
import { graphShapes } from "./graph_shapes.ts";
import { headTensor } from "./head_tensor.ts";
import { knownPreprocessor, knownTrunk, preprocessorConfig } from "./known_preprocessors.ts";
import { forOtherSizes } from "./other_size.ts";
import { readGraph } from "./read_graph.ts";
import { checkOperators, isSupported } from "./run_graph.ts";
import { storedPreprocessor } from "./stored_preprocessor.ts";

/** Height and width of images of a graph that leaves them open. */
const usualSize = 224;

/** Reads a graph and cuts it off where the head begins. */
export async function readGraphConfig(
  path: string,
  { head, preprocessor }: GraphOptions = {},
): Promise<Record<string, unknown>> {
  const { model, size: own } = await readGraph(path);
  const stored = preprocessor ? undefined : await storedPreprocessor(path);
  const known = { ...knownPreprocessor(path, model.input.channels), ...preprocessor };
  checkChannels(path, model, known);
  const size = pairOf(known.size) ?? stored?.size ?? own ?? [usualSize, usualSize];
  const first = graphShapes(model, own ?? size, { skips: true });
  const isOther = own !== undefined && String(own) !== String(size);
  const whole = isOther ? forOtherSizes(model, first) : model;
  const at = headTensor(path, whole, first, head?.at ?? knownTrunk(path));
  const graph = cutAt(whole, at);
  checkOperators(path, graph.nodes);
  if (graph.layers.length === 0) {
    const stop = whole.nodes.find(({ outputs }) => !first.has(outputs[0]));
    if (stop && !isSupported(stop)) checkOperators(path, whole.nodes);
    else if (stop && head?.at === undefined) graphShapes(whole, own ?? size);
    throw new TunebookError("unsupported", `${path} has no weights before "${at}"`);
  }
  return {
    model_type: "graph",
    architectures: ["Graph"],
    num_channels: model.input.channels,
    image_size: [...size],
    ...(known.order === "bgr" ? { channel_order: "bgr" } : {}),
    head_at: at,
    graph,
    preprocessor: stored?.config ?? preprocessorConfig(known, size, model.input.channels),
  };
}

function pairOf(
  size: number | readonly [number, number] | undefined,
): readonly [number, number] | undefined {
  return typeof size === "number" ? [size, size] : size;
}

function checkChannels(
  path: string,
  { input: { channels } }: GraphModel,
  { mean, std, order }: ReturnType<typeof knownPreprocessor>,
): void {
  const wrong = [["mean", mean], ["std", std]].find(([, value]) =>
    Array.isArray(value) && value.length !== channels
  );
  const isWrongOrder = order === "bgr" && channels !== 3;
  if (!wrong && !isWrongOrder) return;
  throw new TunebookError(
    "input",
    `${path} takes images of ${channels} channels; preprocessor: { ${
      wrong ? `${wrong[0]}: [${wrong[1]}]` : 'order: "bgr"'
    } } does not fit them`,
  );
}

/** What the tensor depends on, and nothing else. */
function cutAt(graph: GraphModel, at: string): GraphModel {
  const needed = dependenciesOf(graph.nodes, [at]);
  const nodes = graph.nodes.filter(({ outputs }) => outputs.some((name) => needed.has(name)));
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const tensors = Object.fromEntries(
    Object.entries(graph.tensors).filter(([name]) => read.has(name)),
  );
  const paths = new Set([...nodes.map(({ layer }) => layer), ...Object.values(tensors)]);
  return {
    ...graph,
    outputs: [at],
    nodes,
    layers: graph.layers.filter(({ path }) => paths.has(path)),
    tensors,
    constants: Object.fromEntries(
      Object.entries(graph.constants).filter(([name]) => read.has(name)),
    ),
  };
}
