/**
 * ResNet (He et al., arXiv 1512.03385) as transformers stores it, with basic or bottleneck blocks, whose
 * stride is in the first convolution of a bottleneck (v1) or in the second (v1.5).
 *
 * @module
 */
import { ops, type Tensor, tf } from "../engine/mod.ts";
import { activation, activationNames } from "../nn/activation.ts";
import { configReader } from "../nn/config_reader.ts";
import { type Family, type ImageConfig, pooledMap } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { cellHead } from "./cell_head.ts";
import { imageHead, pixelInputs } from "./image_heads.ts";
import { normConvLayers } from "./norm_conv.ts";

/** The sizes of a ResNet. */
export interface ResnetConfig extends ImageConfig {
  /** Channels of the stem. */
  readonly stemChannels: number;
  /** Channels of each stage. */
  readonly stageChannels: readonly number[];
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  readonly layerType: "basic" | "bottleneck";
  readonly activation: string;
  /** Whether the first stage halves height and width, too. */
  readonly downsamplesFirstStage: boolean;
  /** Whether a bottleneck has its stride in its first convolution. */
  readonly downsamplesFirst: boolean;
}

/** Of PyTorch's batch normalisation, which the config does not say. */
const epsilon = 1e-5;
/** By how much a bottleneck is narrower than its block. */
const reduction = 4;
const stem = { kernel: 7, stride: 2, poolKernel: 3, poolStride: 2 } as const;

function readConfig(json: Readonly<Record<string, unknown>>): ResnetConfig {
  const read = configReader(json);
  const stageChannels = read.sizes("hidden_sizes", [256, 512, 1024, 2048]);
  const config: ResnetConfig = {
    hiddenSize: stageChannels.at(-1)!,
    numLayers: 0,
    numHeads: 1,
    maxTokens: 1,
    channels: read.size("num_channels", 3),
    // Checkpoints do not say it; their image processors ask for this.
    imageSize: read.pair("image_size", 224),
    stemChannels: read.size("embedding_size", 64),
    stageChannels,
    depths: read.sizes("depths", [3, 4, 6, 3], stageChannels.length),
    layerType: read.oneOf("layer_type", ["basic", "bottleneck"], "bottleneck") as "basic",
    activation: read.oneOf("hidden_act", activationNames, "relu"),
    downsamplesFirstStage: read.flag("downsample_in_first_stage", false),
    downsamplesFirst: read.flag("downsample_in_bottleneck", false),
    initializerRange: read.positive("initializer_range", 0.02),
  };
  read.finish();
  return config;
}

/** The same sizes as fields of a `config.json`. */
export function resnetFields(config: ResnetConfig): Record<string, unknown> {
  return {
    model_type: "resnet",
    num_channels: config.channels,
    embedding_size: config.stemChannels,
    hidden_sizes: config.stageChannels,
    depths: config.depths,
    layer_type: config.layerType,
    hidden_act: config.activation,
    downsample_in_first_stage: config.downsamplesFirstStage,
    downsample_in_bottleneck: config.downsamplesFirst,
  };
}

/** A block with its convolutions. */
interface Block {
  readonly path: string;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: number;
  readonly convs: readonly Conv[];
}

/** A convolution with its normalisation. */
interface Conv {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
}

function stages(config: ResnetConfig): Block[][] {
  const { stemChannels, stageChannels, depths, downsamplesFirstStage } = config;
  return stageChannels.map((outChannels, stage) =>
    Array.from({ length: depths[stage] }, (_, at): Block => {
      const inChannels = at === 0 ? stageChannels[stage - 1] ?? stemChannels : outChannels;
      const stride = at === 0 && (stage > 0 || downsamplesFirstStage) ? 2 : 1;
      return {
        path: `encoder.stages.${stage}.layers.${at}`,
        inChannels,
        outChannels,
        stride,
        convs: convsOf(config, { inChannels, outChannels, stride }),
      };
    })
  );
}

function convsOf(
  { layerType, downsamplesFirst }: ResnetConfig,
  { inChannels, outChannels, stride }: Pick<Block, "inChannels" | "outChannels" | "stride">,
): Conv[] {
  if (layerType === "basic") {
    return [
      { inChannels, outChannels, kernel: 3, stride },
      { inChannels: outChannels, outChannels, kernel: 3, stride: 1 },
    ];
  }
  const narrow = Math.floor(outChannels / reduction);
  return [
    { inChannels, outChannels: narrow, kernel: 1, stride: downsamplesFirst ? stride : 1 },
    { inChannels: narrow, outChannels: narrow, kernel: 3, stride: downsamplesFirst ? 1 : stride },
    { inChannels: narrow, outChannels, kernel: 1, stride: 1 },
  ];
}

function hasShortcut({ inChannels, outChannels, stride }: Block): boolean {
  return inChannels !== outChannels || stride !== 1;
}

/** The layers of the body, which may be the trunk of another model. */
export function resnetLayers(config: ResnetConfig): Layer[] {
  const ofBlock = (block: Block) => [
    ...hasShortcut(block) ? normConvLayers(`${block.path}.shortcut`, { ...block, kernel: 1 }) : [],
    ...block.convs.flatMap((conv, at) => normConvLayers(`${block.path}.layer.${at}`, conv)),
  ];
  return [
    ...normConvLayers("embedder.embedder", {
      inChannels: config.channels,
      outChannels: config.stemChannels,
      kernel: stem.kernel,
    }),
    ...stages(config).flat().flatMap(ofBlock),
  ];
}

/** The maps after each stage, from fine to coarse. `at` stands before the paths. */
export function resnetMaps(net: Net, config: ResnetConfig, pixels: Tensor, at = ""): Tensor[] {
  const conv = (path: string, x: Tensor, kernel: number, stride: number) =>
    net.batchNorm(
      `${at}${path}.normalization`,
      net.conv(`${at}${path}.convolution`, x, {
        stride,
        padding: Math.floor(kernel / 2),
        bias: false,
      }),
      epsilon,
    );
  const active = (x: Tensor) => activation(config.activation, x);
  const block = (x: Tensor, { path, convs, ...own }: Block) => {
    const beside = hasShortcut({ path, convs, ...own })
      ? conv(`${path}.shortcut`, x, 1, own.stride)
      : x;
    const inner = convs.reduce((map, { kernel, stride }, i) => {
      const next = conv(`${path}.layer.${i}`, map, kernel, stride);
      // Whatever `hidden_act` says, as in transformers.
      return i < convs.length - 1 ? tf.relu(next) : next;
    }, x);
    return active(tf.add(inner, beside));
  };
  const embedded = active(conv("embedder.embedder", pixels, stem.kernel, stem.stride));
  let x = ops.maxPool2d(embedded, { kernel: stem.poolKernel, stride: stem.poolStride, padding: 1 });
  return stages(config).map((blocks) => x = blocks.reduce(block, x));
}

/** The name that timm has for a weight, in whose layout older checkpoints hold a trunk. */
export function timmName(path: string): string {
  return path
    .replace(/^embedder\.embedder\.convolution\./, "conv1.")
    .replace(/^embedder\.embedder\.normalization\./, "bn1.")
    .replace(/^encoder\.stages\.(\d+)\.layers\./, (_, stage) => `layer${Number(stage) + 1}.`)
    .replace(/\.layer\.(\d+)\.convolution\./, (_, at) => `.conv${Number(at) + 1}.`)
    .replace(/\.layer\.(\d+)\.normalization\./, (_, at) => `.bn${Number(at) + 1}.`)
    .replace(".shortcut.convolution.", ".downsample.0.")
    .replace(".shortcut.normalization.", ".downsample.1.");
}

/** The ResNet family. */
export const resnet: Family<ResnetConfig> = {
  modelType: "resnet",
  input: "image",
  takesAnySize: true,
  prefix: "resnet",
  readConfig,
  layers: resnetLayers,
  inputs: pixelInputs,
  ignored: [/\.num_batches_tracked$/],
  optional: [],
  attentionTargets: ["convolution"],
  features(net, config, { pixel_values }) {
    const maps = resnetMaps(net, config, pixel_values);
    return { maps, ...pooledMap(maps.at(-1)!, (map) => tf.mean(map, [2, 3])) };
  },
  heads: {
    classification: imageHead("ResNetForImageClassification", { path: "classifier.1" }),
    boxes: cellHead({
      className: "ResNetForObjectDetection",
      channels: ({ stageChannels }: ResnetConfig) => stageChannels,
      mapSize: ({ imageSize: [height, width], downsamplesFirstStage }) => {
        const stride = stem.stride * stem.poolStride * (downsamplesFirstStage ? 2 : 1);
        return [Math.ceil(height / stride), Math.ceil(width / stride)];
      },
    }),
  },
};
