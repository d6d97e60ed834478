/**
 * YOLOS (Fang et al., arXiv 2106.00666) as transformers stores it: a ViT whose last tokens each look for an
 * object.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import type { Family, Hidden, TextBatch } from "../nn/family.ts";
import { configReader } from "../nn/config_reader.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { boxHead } from "./box_head.ts";
import { pixelInputs } from "./image_heads.ts";
import {
  forEachImage,
  patches,
  patchGrid,
  resampledPositions,
  tokensWith,
} from "./patch_embedding.ts";
import { readVitConfig, vitBlock, type VitConfig, vitLayers } from "./vit.ts";

/** The sizes of a YOLOS. */
export interface YolosConfig extends VitConfig {
  /** Tokens that each look for an object. */
  readonly numQueries: number;
  /** Whether positions are added after each block but the last one, too. */
  readonly hasMiddlePositions: boolean;
}

const classToken = "embeddings.cls_token";
const queryTokens = "embeddings.detection_tokens";
const firstPositions = "embeddings.position_embeddings";
const middlePositions = "encoder.mid_position_embeddings";
const projection = "embeddings.patch_embeddings.projection";

function readConfig(json: Readonly<Record<string, unknown>>): YolosConfig {
  const read = configReader(json);
  const numQueries = read.size("num_detection_tokens", 100);
  const hasMiddlePositions = read.flag("use_mid_position_embeddings", true);
  read.finish();
  const config = readVitConfig({ image_size: [512, 864], ...json }, 1 + numQueries);
  return {
    ...config,
    numQueries,
    hasMiddlePositions: hasMiddlePositions && config.numLayers > 1,
  };
}

function layers(config: YolosConfig): Layer[] {
  const { hiddenSize, numLayers, numQueries, hasMiddlePositions } = config;
  const [rows, columns] = patchGrid(config.pretrainedSize, config.patchSize);
  const tokens = 1 + rows * columns + numQueries;
  const tensor = (path: string, shape: readonly number[]): Layer => ({
    kind: "tensor",
    path,
    shape,
    initial: "normal",
  });
  const shared = vitLayers(config, [classToken])
    .filter(({ path }) => path !== firstPositions && !path.startsWith("pooler."));
  return [
    tensor(queryTokens, [1, numQueries, hiddenSize]),
    tensor(firstPositions, [1, tokens, hiddenSize]),
    ...shared,
    ...hasMiddlePositions ? [tensor(middlePositions, [numLayers - 1, 1, tokens, hiddenSize])] : [],
  ];
}

/** Positions of all tokens at the size of the images, [1, tokens, hiddenSize]. */
function positionsAt(config: YolosConfig, positions: Tensor): Tensor {
  return resampledPositions(positions, {
    from: patchGrid(config.pretrainedSize, config.patchSize),
    to: patchGrid(config.imageSize, config.patchSize),
    before: 1,
    after: config.numQueries,
  });
}

function embed(net: Net, config: YolosConfig, { pixels }: TextBatch): Hidden {
  const batch = pixels!.shape[0];
  const tokens = tf.concat([
    forEachImage(net.tensor(classToken), batch),
    patches(net, projection, pixels!, config.patchSize),
    forEachImage(net.tensor(queryTokens), batch),
  ], 1);
  const placed = tf.add(tokens, positionsAt(config, net.tensor(firstPositions)));
  return {
    x: net.dropout(tf.reshape(placed, [-1, config.hiddenSize]), config.hiddenDropout),
    mask: tf.fill([batch, placed.shape[1]!], 1, "int32"),
  };
}

/** What a block gives, with the positions that are added after it. */
function withMiddlePositions(
  net: Net,
  config: YolosConfig,
  x: Tensor,
  { batch, layer }: { readonly batch: number; readonly layer: number },
): Tensor {
  if (!config.hasMiddlePositions || layer === config.numLayers - 1) return x;
  const { hiddenSize } = config;
  const all = net.tensor(middlePositions);
  const tokens = all.shape[2]!;
  const own = tf.reshape(
    tf.slice(all, [layer, 0, 0, 0], [1, 1, tokens, hiddenSize]),
    [1, tokens, hiddenSize],
  );
  const rows = tf.reshape(x, [batch, -1, hiddenSize]);
  return tf.reshape(tf.add(rows, positionsAt(config, own)), [-1, hiddenSize]);
}

/** The YOLOS family. */
export const yolos: Family<YolosConfig> = {
  modelType: "yolos",
  input: "image",
  takesAnySize: true,
  prefix: "vit",
  readConfig,
  layers,
  inputs: pixelInputs,
  tokensOf: (config) => tokensWith(1 + config.numQueries, config),
  ignored: [/^(vit\.)?pooler\./],
  optional: [],
  attentionTargets: ["query", "value"],
  stack: {
    layerPath: "encoder.layer",
    embed,
    block(net, config, hidden, layer, asked) {
      const x = vitBlock(net, config, hidden, layer, asked);
      return withMiddlePositions(net, config, x, { batch: hidden.mask.shape[0], layer });
    },
    finish: (net, config, x) => net.layerNorm("layernorm", x, config.epsilon),
    queries(config, hidden) {
      const [batch, tokens, hiddenSize] = hidden.shape as [number, number, number];
      const { numQueries } = config;
      return tf.slice(hidden, [0, tokens - numQueries, 0], [batch, numQueries, hiddenSize]);
    },
  },
  heads: {
    boxes: boxHead({ className: "YolosForObjectDetection", deepClasses: true }),
  },
};
