/**
 * MobileNetV2 (Sandler et al., arXiv 1801.04381) as transformers stores it.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { activation, activationNames } from "../nn/activation.ts";
import { configReader } from "../nn/config_reader.ts";
import { type Family, pooledMap } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { type DeeplabConfig, deeplabHead } from "./deeplab_head.ts";
import { cellHead } from "./cell_head.ts";
import { imageHead, pixelInputs } from "./image_heads.ts";
import { normConvLayers } from "./norm_conv.ts";

/** The sizes of a MobileNetV2. */
export interface MobilenetV2Config extends DeeplabConfig {
  /** By how much all layers are wider than the paper's. */
  readonly widthMultiplier: number;
  /** Channels are a multiple of this. */
  readonly channelStep: number;
  readonly minChannels: number;
  readonly expansion: number;
  /** By how much the last map is smaller than the image: beyond it, convolutions are dilated instead. */
  readonly outputStride: number;
  /** True where the stem has no convolution of its own that expands. */
  readonly expandsInStem: boolean;
  /** True where the last convolution of a narrower model stays as wide as the paper's. */
  readonly keepsLastWidth: boolean;
  /** Whether maps are padded as TensorFlow does it, with more on the right and at the bottom. */
  readonly padsLikeTensorflow: boolean;
  readonly activation: string;
  readonly epsilon: number;
}

/** The paper's table 2: channels between the blocks, and the stride of each. */
const channelsBetween = [16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320];
const strides = [2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1];
const stemChannels = 32;
/** By how much the map is smaller than the image that a detector reads first. */
const readStride = 4;
const widestChannels = 1280;
/**
 * What a batch counts in the running statistics. TensorFlow, where the model comes from, calls the share of the
 * old ones so, 0.997; transformers gives PyTorch that number, where it means the batch's.
 */
const momentum = 0.003;
/** Channels are rounded down by no more than a tenth. */
const leastShare = 0.9;

/** Channels as a multiple of the config's step. */
function roundedChannels(
  channels: number,
  { channelStep, minChannels }: Pick<MobilenetV2Config, "channelStep" | "minChannels">,
): number {
  const near = Math.floor(Math.floor(channels + channelStep / 2) / channelStep) * channelStep;
  const rounded = Math.max(minChannels, near);
  return rounded < leastShare * channels ? rounded + channelStep : rounded;
}

type Widths = Pick<MobilenetV2Config, "widthMultiplier" | "channelStep" | "minChannels">;

/** The paper's channels in a model of this width. */
function scaledChannels(channels: number, config: Widths): number {
  return roundedChannels(roundHalfToEven(channels * config.widthMultiplier), config);
}

/** As Python's `round` does it. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

function readConfig(json: Readonly<Record<string, unknown>>): MobilenetV2Config {
  const read = configReader(json);
  const widths: Widths = {
    widthMultiplier: read.positive("depth_multiplier", 1),
    channelStep: read.size("depth_divisible_by", 8),
    minChannels: read.size("min_depth", 8),
  };
  const keepsLastWidth = read.flag("finegrained_output", true);
  const config: MobilenetV2Config = {
    ...widths,
    hiddenSize: keepsLastWidth && widths.widthMultiplier < 1
      ? widestChannels
      : scaledChannels(widestChannels, widths),
    lastChannels: scaledChannels(channelsBetween.at(-1)!, widths),
    numLayers: 0,
    numHeads: 1,
    maxTokens: 1,
    channels: read.size("num_channels", 3),
    imageSize: read.pair("image_size", 224),
    expansion: read.positive("expand_ratio", 6),
    outputStride: read.size("output_stride", 32),
    expandsInStem: read.flag("first_layer_is_expansion", true),
    keepsLastWidth,
    padsLikeTensorflow: read.flag("tf_padding", true),
    activation: read.oneOf("hidden_act", activationNames, "relu6"),
    epsilon: read.positive("layer_norm_eps", 1e-3),
    headDropout: read.share("classifier_dropout_prob", 0.8),
    initializerRange: read.positive("initializer_range", 0.02),
  };
  read.finish();
  return config;
}

/** A convolution with its normalisation. */
interface Step {
  readonly path: string;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly groups: number;
  readonly isActive: boolean;
}

/** Convolutions one after the other, and whether their input is added to what they give. */
interface Block {
  readonly steps: readonly Step[];
  readonly isResidual: boolean;
}

function step(path: string, inChannels: number, outChannels: number, of: Partial<Step> = {}): Step {
  return {
    path,
    inChannels,
    outChannels,
    kernel: 1,
    stride: 1,
    dilation: 1,
    groups: 1,
    isActive: true,
    ...of,
  };
}

function blocks(config: MobilenetV2Config): Block[] {
  const channels = channelsBetween.map((each) => scaledChannels(each, config));
  const wide = scaledChannels(stemChannels, config);
  const depthwise = { kernel: 3, groups: wide };
  const at = "conv_stem";
  const stem = [
    step(`${at}.first_conv`, config.channels, wide, { kernel: 3, stride: 2 }),
    ...config.expandsInStem ? [] : [step(`${at}.expand_1x1`, wide, wide)],
    step(`${at}.conv_3x3`, wide, wide, depthwise),
    step(`${at}.reduce_1x1`, wide, channels[0], { isActive: false }),
  ];
  let [reached, nextDilation] = [2, 1];
  const inverted = strides.map((wanted, i): Block => {
    const isDilated = reached === config.outputStride;
    const [stride, dilation] = isDilated ? [1, nextDilation] : [wanted, 1];
    if (isDilated) nextDilation *= wanted;
    else reached *= stride;
    return invertedBlock(config, {
      path: `layer.${i}`,
      inChannels: channels[i],
      outChannels: channels[i + 1],
      stride,
      dilation,
    });
  });
  return [{ steps: stem, isResidual: false }, ...inverted];
}

function invertedBlock(
  config: MobilenetV2Config,
  { path, inChannels, outChannels, stride, dilation }: Pick<
    Step,
    "path" | "inChannels" | "outChannels" | "stride" | "dilation"
  >,
): Block {
  const wide = roundedChannels(roundHalfToEven(inChannels * config.expansion), config);
  return {
    steps: [
      step(`${path}.expand_1x1`, inChannels, wide),
      step(`${path}.conv_3x3`, wide, wide, { kernel: 3, stride, dilation, groups: wide }),
      step(`${path}.reduce_1x1`, wide, outChannels, { isActive: false }),
    ],
    isResidual: stride === 1 && inChannels === outChannels,
  };
}

function lastStep(config: MobilenetV2Config): Step {
  return step("conv_1x1", config.lastChannels, config.hiddenSize);
}

function layers(config: MobilenetV2Config): Layer[] {
  return [...blocks(config).flatMap(({ steps }) => steps), lastStep(config)]
    .flatMap((each) => normConvLayers(each.path, { ...each, momentum }));
}

/** Zeros at [top, left, bottom, right]: as many as the kernel needs to reach every pixel. */
function paddingOf(
  config: MobilenetV2Config,
  [height, width]: readonly number[],
  { kernel, stride, dilation }: Step,
): readonly [number, number, number, number] {
  const even = Math.floor((kernel - 1) / 2) * dilation;
  if (!config.padsLikeTensorflow) return [even, even, even, even];
  const along = (size: number) => Math.max(kernel - (size % stride || stride), 0);
  const [rows, columns] = [along(height), along(width)];
  const [top, left] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  return [top * dilation, left * dilation, (rows - top) * dilation, (columns - left) * dilation];
}

/** Channels of the last map of each size. */
function mapChannels(config: MobilenetV2Config): number[] {
  const found: number[] = [];
  for (const block of blocks(config)) {
    if (!isHalving(block)) found.pop();
    found.push(block.steps.at(-1)!.outChannels);
  }
  return found;
}

function isHalving({ steps }: Block): boolean {
  return steps.some(({ stride }) => stride > 1);
}

function applied(net: Net, config: MobilenetV2Config, x: Tensor, each: Step): Tensor {
  const y = net.conv(`${each.path}.convolution`, x, {
    stride: each.stride,
    padding: paddingOf(config, x.shape.slice(2), each),
    dilation: each.dilation,
    groups: each.groups,
    bias: false,
  });
  const normed = net.batchNorm(`${each.path}.normalization`, y, config.epsilon);
  return each.isActive ? activation(config.activation, normed) : normed;
}

/** The MobileNetV2 family. */
export const mobilenetV2: Family<MobilenetV2Config> = {
  modelType: "mobilenet_v2",
  input: "image",
  takesAnySize: true,
  prefix: "mobilenet_v2",
  readConfig,
  layers,
  inputs: pixelInputs,
  ignored: [/\.num_batches_tracked$/],
  optional: [],
  // Those that see all channels.
  attentionTargets: ["expand_1x1.convolution", "reduce_1x1.convolution"],
  features(net, config, { pixel_values }) {
    const maps: Tensor[] = [];
    const last = blocks(config).reduce((x, block) => {
      const { steps, isResidual } = block;
      const inner = steps.reduce((map, each) => applied(net, config, map, each), x);
      const y = isResidual ? tf.add(inner, x) : inner;
      // The last map of each size.
      if (!isHalving(block)) maps.pop();
      maps.push(y);
      return y;
    }, pixel_values);
    const widest = applied(net, config, last, lastStep(config));
    return { maps, ...pooledMap(widest, (map) => tf.mean(map, [2, 3])) };
  },
  heads: {
    classification: imageHead("MobileNetV2ForImageClassification", {
      dropout: ({ headDropout }: MobilenetV2Config) => headDropout,
    }),
    boxes: {
      ...cellHead({
        className: "MobileNetV2ForObjectDetection",
        channels: (config: MobilenetV2Config) => mapChannels(config).slice(1),
        skip: 1, // half the image's size, more cells than objects
        mapSize: (
          { imageSize: [height, width] },
        ) => [Math.ceil(height / readStride), Math.ceil(width / readStride)],
      }),
      unread: /^conv_1x1\./,
    },
    masks: deeplabHead({
      className: "MobileNetV2ForSemanticSegmentation",
      unread: /^conv_1x1\./,
    }),
  },
};
