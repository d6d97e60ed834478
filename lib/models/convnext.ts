/**
 * ConvNeXt (Liu et al., arXiv 2201.03545) as transformers stores it.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { activation, activationNames } from "../nn/activation.ts";
import { configReader } from "../nn/config_reader.ts";
import { type Family, type ImageConfig, pooledMap } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { cellHead } from "./cell_head.ts";
import { imageHead, pixelInputs } from "./image_heads.ts";
import { mapOfTokens, rowsOfMap, type Size, tokensOfMap } from "./patch_embedding.ts";

/** The sizes of a ConvNeXt. */
export interface ConvnextConfig extends ImageConfig {
  readonly patchSize: Size;
  /** Channels of each stage. */
  readonly stageChannels: readonly number[];
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  readonly activation: string;
  readonly epsilon: number;
  /** Whether blocks scale what they add. */
  readonly scalesLayers: boolean;
  /** How often the last block is left out in training; the first one never is. */
  readonly dropPath: number;
}

/** Of all norms but the last one, which the config does not say. */
const innerEpsilon = 1e-6;
const depthwiseKernel = 7;
/** How much wider the perceptron of a block is. */
const widening = 4;

function readConfig(json: Readonly<Record<string, unknown>>): ConvnextConfig {
  const read = configReader(json);
  const stageChannels = read.sizes("hidden_sizes", [96, 192, 384, 768]);
  const scale = read.value("layer_scale_init_value") ?? innerEpsilon;
  const config: ConvnextConfig = {
    hiddenSize: stageChannels.at(-1)!,
    numLayers: 0,
    numHeads: 1,
    maxTokens: 1,
    channels: read.size("num_channels", 3),
    imageSize: read.pair("image_size", 224),
    patchSize: read.pair("patch_size", 4),
    stageChannels,
    depths: read.sizes("depths", [3, 3, 9, 3], stageChannels.length),
    activation: read.oneOf("hidden_act", activationNames, "gelu"),
    epsilon: read.positive("layer_norm_eps", 1e-12),
    scalesLayers: typeof scale === "number" && scale > 0,
    dropPath: read.share("drop_path_rate", 0),
    initializerRange: read.positive("initializer_range", 0.02),
  };
  read.same("num_stages", stageChannels.length, "there are as many hidden_sizes");
  read.finish();
  return config;
}

function layers(config: ConvnextConfig): Layer[] {
  const { stageChannels } = config;
  const norm = (path: string, width: number): Layer => ({ kind: "norm", path, width });
  return [
    {
      kind: "conv",
      path: "embeddings.patch_embeddings",
      inChannels: config.channels,
      outChannels: stageChannels[0],
      kernel: config.patchSize,
    },
    norm("embeddings.layernorm", stageChannels[0]),
    ...stageChannels.flatMap((width, stage): Layer[] => {
      const at = `encoder.stages.${stage}`;
      const before = stageChannels[stage - 1];
      const blocks = Array.from(
        { length: config.depths[stage] },
        (_, block) => blockLayers(config, `${at}.layers.${block}`, width),
      ).flat();
      if (stage === 0) return blocks;
      return [
        norm(`${at}.downsampling_layer.0`, before),
        {
          kind: "conv",
          path: `${at}.downsampling_layer.1`,
          inChannels: before,
          outChannels: width,
          kernel: [2, 2],
        },
        ...blocks,
      ];
    }),
    norm("layernorm", config.hiddenSize),
  ];
}

function blockLayers({ scalesLayers }: ConvnextConfig, at: string, width: number): Layer[] {
  const wide = widening * width;
  return [
    {
      kind: "conv",
      path: `${at}.dwconv`,
      inChannels: width,
      outChannels: width,
      kernel: [depthwiseKernel, depthwiseKernel],
      groups: width,
    },
    { kind: "norm", path: `${at}.layernorm`, width },
    { kind: "linear", path: `${at}.pwconv1`, inFeatures: width, outFeatures: wide },
    { kind: "linear", path: `${at}.pwconv2`, inFeatures: wide, outFeatures: width },
    ...scalesLayers
      ? [{
        kind: "tensor",
        path: `${at}.layer_scale_parameter`,
        shape: [width],
        initial: "ones",
      }] as const
      : [],
  ];
}

function normOfMap(net: Net, path: string, map: Tensor): Tensor {
  const [batch, , height, width] = map.shape as [number, number, number, number];
  const tokens = net.layerNorm(path, tokensOfMap(map), innerEpsilon);
  return mapOfTokens(tokens, batch, [height, width]);
}

function block(
  net: Net,
  config: ConvnextConfig,
  { at, map, dropPath }: { readonly at: string; readonly map: Tensor; readonly dropPath: number },
): Tensor {
  const [batch, channels, height, width] = map.shape as [number, number, number, number];
  const mixed = net.conv(`${at}.dwconv`, map, {
    padding: Math.floor(depthwiseKernel / 2),
    groups: channels,
  });
  const rows = rowsOfMap(mixed);
  const inner = net.layerNorm(`${at}.layernorm`, rows, innerEpsilon);
  const wide = activation(config.activation, net.linear(`${at}.pwconv1`, inner));
  const narrow = net.linear(`${at}.pwconv2`, wide);
  const scaled = config.scalesLayers
    ? tf.mul(narrow, net.tensor(`${at}.layer_scale_parameter`))
    : narrow;
  const branch = mapOfTokens(scaled, batch, [height, width]);
  return tf.add(map, net.dropPath(branch, dropPath));
}

/** The maps after each stage, from fine to coarse. */
function maps(net: Net, config: ConvnextConfig, pixels: Tensor): Tensor[] {
  const all = config.depths.reduce((sum, depth) => sum + depth, 0);
  const patches = net.conv("embeddings.patch_embeddings", pixels, { stride: config.patchSize });
  let x = normOfMap(net, "embeddings.layernorm", patches);
  let done = 0;
  return config.depths.map((depth, stage) => {
    const at = `encoder.stages.${stage}`;
    if (stage > 0) {
      const normed = normOfMap(net, `${at}.downsampling_layer.0`, x);
      x = net.conv(`${at}.downsampling_layer.1`, normed, { stride: 2 });
    }
    for (let i = 0; i < depth; i++) {
      const dropPath = config.dropPath * done++ / Math.max(1, all - 1);
      x = block(net, config, { at: `${at}.layers.${i}`, map: x, dropPath });
    }
    return x;
  });
}

/** The ConvNeXt family. */
export const convnext: Family<ConvnextConfig> = {
  modelType: "convnext",
  input: "image",
  takesAnySize: true,
  prefix: "convnext",
  readConfig,
  layers,
  inputs: pixelInputs,
  ignored: [],
  optional: [],
  attentionTargets: ["pwconv1", "pwconv2"],
  features(net, config, { pixel_values }) {
    const all = maps(net, config, pixel_values);
    const pool = (map: Tensor) => net.layerNorm("layernorm", tf.mean(map, [2, 3]), config.epsilon);
    return { maps: all, ...pooledMap(all.at(-1)!, pool) };
  },
  heads: {
    classification: imageHead("ConvNextForImageClassification"),
    boxes: cellHead({
      className: "ConvNextForObjectDetection",
      channels: ({ stageChannels }: ConvnextConfig) => stageChannels,
      mapSize: (
        { imageSize: [height, width], patchSize: [rows, columns] },
      ) => [Math.floor(height / rows), Math.floor(width / columns)],
    }),
  },
};
