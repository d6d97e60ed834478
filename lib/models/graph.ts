/**
 * A graph that others wrote, as a family: the operators of an ONNX file or of a graph model of tensorflow.js,
 * whose weights are layers, up to the tensor that a new head reads.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { type Tensor, tf } from "../engine/mod.ts";
import { configReader } from "../nn/config_reader.ts";
import { type Family, type Features, type ImageConfig, pooledMap } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { cellHead } from "./cell_head.ts";
import { maskHead } from "./mask_head.ts";
import { graphIn } from "./graph/graph_in.ts";
import type { GraphModel } from "./graph/graph_model.ts";
import { graphShapes, tracedImages } from "./graph/graph_shapes.ts";
import { graphPrefix } from "./graph/read_graph.ts";
import { checkOperators, runGraph } from "./graph/run_graph.ts";
import { imageHead, pixelInputs } from "./image_heads.ts";

/** The sizes of a graph's model, and the graph. */
export interface GraphConfig extends ImageConfig {
  readonly graph: GraphModel;
  /** The tensor that heads read. */
  readonly at: string;
  /** True where the graph takes blue first; images come with red first. */
  readonly takesBlueFirst: boolean;
}

function readConfig(json: Readonly<Record<string, unknown>>): GraphConfig {
  const read = configReader(json);
  const channels = read.size("num_channels");
  const imageSize = read.pair("image_size");
  const order = read.oneOf("channel_order", ["rgb", "bgr"], "rgb");
  const initializerRange = read.positive("initializer_range", 0.02);
  read.finish();
  const graph = graphIn(json.graph);
  const [at] = graph.outputs;
  checkOperators("config.json", graph.nodes);
  const shape = graphShapes(graph, imageSize).get(at);
  if (!shape || shape.length < 2 || shape.length > 4) {
    throw new TunebookError(
      "unsupported",
      `a head reads maps or vectors, and "${at}" is [${shape ?? "not there"}]`,
    );
  }
  if (shape[0] !== tracedImages) {
    throw new TunebookError(
      "unsupported",
      `"${at}" has ${shape[0] / tracedImages} rows for each image of ${
        imageSize.join(" × ")
      }, which no ` +
        "head reads: the graph is made for images of another size, or cut off too late",
    );
  }
  return {
    hiddenSize: shape.length === 4 ? shape[1] : shape.at(-1)!,
    numLayers: 0,
    numHeads: 1,
    maxTokens: 1,
    initializerRange,
    channels,
    imageSize,
    graph,
    at,
    takesBlueFirst: order === "bgr",
  };
}

/** The maps or vectors that the graph gives, and their mean where they are several. */
function features(
  net: Net,
  { graph, at, takesBlueFirst }: GraphConfig,
  { pixel_values: pixels }: Readonly<Record<string, Tensor>>,
): Features {
  const fed = takesBlueFirst ? tf.concat(tf.split(pixels, 3, 1).reverse(), 1) : pixels;
  const [x] = runGraph(net, graph, fed, [at]);
  if (!x) throw new TunebookError("weights", `the graph has no tensor "${at}"`);
  if (x.rank === 4) return { maps: [x], ...pooledMap(x, (map) => tf.mean(map, [2, 3])) };
  if (x.rank === 2) return { pooled: x };
  const [n, sequence, width] = x.shape as [number, number, number];
  return { tokens: tf.reshape(x, [n * sequence, width]), pooled: tf.mean(x, 1) };
}

/** True for a linear layer, and for a convolution that mixes all channels: what LoRA can act on. */
function isTarget(layer: Layer): boolean {
  return layer.kind === "linear" ||
    layer.kind === "conv" && (layer.groups ?? 1) === 1 && !layer.isTransposed;
}

/** The size of the map that heads read; vectors and tokens have none. */
function mapSize({ graph, at, imageSize }: GraphConfig): readonly [number, number] | undefined {
  const shape = graphShapes(graph, imageSize).get(at);
  return shape?.length === 4 ? [shape[2], shape[3]] : undefined;
}

/** Graphs of operators. */
export const graph: Family<GraphConfig> = {
  modelType: "graph",
  input: "image",
  prefix: graphPrefix,
  readConfig,
  layers: ({ graph }) => [...graph.layers],
  inputs: pixelInputs,
  // What comes after the head's tensor is left in the file.
  ignored: [new RegExp(`^${graphPrefix}\\.`)],
  optional: [],
  attentionTargets: [],
  targetsOf: ({ graph }) => graph.layers.filter(isTarget).map(({ path }) => path),
  features,
  heads: {
    classification: imageHead("GraphForImageClassification"),
    masks: maskHead({ className: "GraphForSemanticSegmentation", mapSize }),
    boxes: cellHead({
      className: "GraphForObjectDetection",
      channels: ({ hiddenSize }) => [hiddenSize],
      mapSize,
    }),
  },
};
