/**
 * UNet2D as diffusers stores it: the convolutional denoiser of DDPM (Ho et al., arXiv 2006.11239), with the
 * variants of ADM (Dhariwal and Nichol, arXiv 2105.05233).
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { type InputSpec, ops, type Tensor, tf } from "../engine/mod.ts";
import type { Family } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { denoiserHead, denoiserInputs, denoiserPixels } from "./denoiser.ts";
import { sineTimes } from "./sine_times.ts";
import {
  attended,
  attentionLayers,
  doubled,
  type MapAttention,
  residual,
  type ResidualBlock,
  residualLayers,
  wideConv,
} from "./unet2d_blocks.ts";
import { coarsening, readUnet2dConfig, type Unet2dConfig } from "./unet2d_config.ts";

const classPath = "class_embedding";

/** Blocks that work on maps of one size, and what changes that size after them. */
interface Level {
  readonly residuals: readonly ResidualBlock[];
  /** One after each residual block, or none. */
  readonly attentions: readonly MapAttention[];
  /** Where its resampler's layers lie, and what it is. */
  readonly resampler?: ResidualBlock | { readonly path: string; readonly channels: number };
}

/** All blocks. */
interface Blocks {
  readonly down: readonly Level[];
  readonly middle: Level | undefined;
  readonly up: readonly Level[];
}

function blocksOf(config: Unet2dConfig): Blocks {
  let attentions = 0;
  const attention = (path: string, channels: number, normGroups = config.normGroups) => ({
    path,
    channels,
    layer: attentions++,
    normGroups,
  });
  const level = (
    way: "down" | "up",
    at: number,
    channels: number,
    inputs: readonly number[],
  ): Level => {
    const path = `${way}_blocks.${at}`;
    const { hasAttention, resampling } = config[`${way}Levels`][at];
    const resampler = `${path}.${way}samplers.0`;
    return {
      residuals: inputs.map((inChannels, i) => ({
        path: `${path}.resnets.${i}`,
        inChannels,
        outChannels: channels,
      })),
      attentions: hasAttention
        ? inputs.map((_, i) => attention(`${path}.attentions.${i}`, channels))
        : [],
      ...resampling === "conv" ? { resampler: { path: `${resampler}.conv`, channels } } : {},
      ...resampling === "resnet"
        ? {
          resampler: {
            path: resampler,
            inChannels: channels,
            outChannels: channels,
            resamples: way,
          },
        }
        : {},
    };
  };
  const { levelChannels, blocksPerLevel } = config;
  const coarse = levelChannels.toReversed();
  const down = levelChannels.map((channels, at) =>
    level("down", at, channels, [
      levelChannels[at - 1] ?? levelChannels[0],
      ...Array<number>(blocksPerLevel - 1).fill(channels),
    ])
  );
  const middle = middleOf(config, attention);
  const up = coarse.map((channels, at) => {
    const before = coarse[at - 1] ?? coarse[0];
    const after = coarse[at + 1] ?? channels;
    // What the way down gave at this size stands beside; the last one is of the finer level.
    const inputs = Array.from(
      { length: blocksPerLevel + 1 },
      (_, i) => (i === 0 ? before : channels) + (i === blocksPerLevel ? after : channels),
    );
    return level("up", at, channels, inputs);
  });
  return { down, middle, up };
}

function middleOf(
  { middle, levelChannels, middleScale: scale, middleNormGroups }: Unet2dConfig,
  attention: (path: string, channels: number, normGroups: number) => MapAttention,
): Level | undefined {
  if (middle === "none") return undefined;
  const channels = levelChannels.at(-1)!;
  return {
    residuals: [0, 1].map((i) => ({
      path: `mid_block.resnets.${i}`,
      inChannels: channels,
      outChannels: channels,
      scale,
    })),
    attentions: middle === "attention"
      ? [{ ...attention("mid_block.attentions.0", channels, middleNormGroups), scale }]
      : [],
  };
}

function layers(config: Unet2dConfig): Layer[] {
  const { channels, levelChannels: [finest], timeSize, outChannels } = config;
  const ofLevel = ({ residuals, attentions, resampler }: Level): Layer[] => [
    ...residuals.flatMap((block) => residualLayers(config, block)),
    ...attentions.flatMap(attentionLayers),
    ...resampler === undefined
      ? []
      : "inChannels" in resampler
      ? residualLayers(config, resampler)
      : [wideConv(resampler.path, resampler.channels, resampler.channels)],
  ];
  const { down, middle, up } = blocksOf(config);
  return [
    wideConv("conv_in", channels, finest),
    ...timeLayers("time_embedding", finest, timeSize),
    ...config.classEmbedding === "time" ? timeLayers(classPath, finest, timeSize) : [],
    ...down.flatMap(ofLevel),
    ...middle ? ofLevel(middle) : [],
    ...up.flatMap(ofLevel),
    { kind: "norm", path: "conv_norm_out", width: finest },
    wideConv("conv_out", finest, outChannels),
  ];
}

/** Two linear layers over the waves of a time. */
function timeLayers(path: string, inFeatures: number, outFeatures: number): Layer[] {
  return [
    { kind: "linear", path: `${path}.linear_1`, inFeatures, outFeatures },
    { kind: "linear", path: `${path}.linear_2`, inFeatures: outFeatures, outFeatures },
  ];
}

function inputs(config: Unet2dConfig): Record<string, InputSpec> {
  const { class_labels, ...others } = denoiserInputs(config);
  return config.classEmbedding === "none" ? others : { ...others, class_labels };
}

/** The embedded time, to which the embedded class is added: [batch, timeSize]. */
function embedded(
  net: Net,
  config: Unet2dConfig,
  { timestep, class_labels: classes }: Readonly<Record<string, Tensor>>,
): Tensor {
  const { levelChannels: [finest], cosinesFirst, frequencyShift: shift } = config;
  const ofTime = (path: string, times: Tensor) => {
    const waves = sineTimes(times, finest, { first: cosinesFirst ? "cosine" : "sine", shift });
    const inner = ops.silu(net.linear(`${path}.linear_1`, waves));
    return net.linear(`${path}.linear_2`, inner);
  };
  const time = ofTime("time_embedding", timestep);
  switch (config.classEmbedding) {
    case "none":
      return time;
    case "table":
      return tf.add(time, net.embedding(classPath, classes));
    case "time":
      return tf.add(time, ofTime(classPath, tf.cast(classes, "float32")));
  }
}

/** What is taken off the noise, or what else was learnt: [batch, outChannels, height, width]. */
function denoised(
  net: Net,
  config: Unet2dConfig,
  given: Readonly<Record<string, Tensor>>,
): Tensor {
  checkSize(config);
  const { sample } = given;
  const time = embedded(net, config, given);
  const block = (x: Tensor, each: ResidualBlock) => residual(net, config, x, time, each);
  const attention = (x: Tensor, each: MapAttention | undefined) =>
    each ? attended(net, config, x, each) : x;
  const { down, middle, up } = blocksOf(config);
  let x = net.conv(
    "conv_in",
    config.centersSample ? tf.sub(tf.mul(sample, 2), 1) : sample,
    { padding: 1 },
  );
  const beside = [x];
  for (const { residuals, attentions, resampler } of down) {
    residuals.forEach((each, i) => beside.push(x = attention(block(x, each), attentions[i])));
    if (!resampler) continue;
    x = "inChannels" in resampler ? block(x, resampler) : halved(net, config, x, resampler.path);
    beside.push(x);
  }
  if (middle) {
    const [first, second] = middle.residuals;
    x = block(attention(block(x, first), middle.attentions[0]), second);
  }
  for (const { residuals, attentions, resampler } of up) {
    residuals.forEach((each, i) => {
      x = attention(block(tf.concat([x, beside.pop()!], 1), each), attentions[i]);
    });
    if (!resampler) continue;
    x = "inChannels" in resampler
      ? block(x, resampler)
      : net.conv(resampler.path, doubled(x), { padding: 1 });
  }
  const finished = net.groupNorm("conv_norm_out", x, config.normGroups, config.epsilon);
  return net.conv("conv_out", ops.silu(finished), { padding: 1 });
}

function halved(net: Net, { downPadding }: Unet2dConfig, x: Tensor, path: string): Tensor {
  // Without padding diffusers puts zeros below and on the right.
  return net.conv(path, x, { stride: 2, padding: downPadding === 1 ? 1 : [0, 0, 1, 1] });
}

/** Maps that were halved with a rest would not fit beside those that are doubled. */
function checkSize(config: Unet2dConfig): void {
  const factor = coarsening(config);
  if (config.imageSize.every((size) => size % factor === 0)) return;
  throw new TunebookError(
    "input",
    `a UNet of ${config.levelChannels.length} levels takes images whose height and width are multiples of ` +
      `${factor}, not ${config.imageSize.join(" × ")}`,
  );
}

/** The names that checkpoints had for attention before diffusers 0.13. */
function olderName(path: string): string[] {
  const older = path
    .replace(
      /\.to_(q|k|v)(?=\.)/,
      (_, name: "q") => `.${{ q: "query", k: "key", v: "value" }[name]}`,
    )
    .replace(/\.to_out\.0(?=\.)/, ".proj_attn");
  return older === path ? [] : [older];
}

/** The UNet2D family. */
export const unet2d: Family<Unet2dConfig> = {
  modelType: "unet2d",
  input: "image",
  takesAnySize: true,
  component: "unet",
  prefix: "",
  readConfig: readUnet2dConfig,
  layers,
  inputs,
  preprocessor: denoiserPixels,
  ignored: [],
  optional: [],
  storedNames: olderName,
  attentionTargets: ["to_q", "to_k", "to_v", "to_out.0"],
  targetsOf: (config) =>
    layers(config).some(({ path }) => path.endsWith(".to_q"))
      ? unet2d.attentionTargets
      : ["conv1", "conv2"],
  features: (net, config, given) => ({ maps: [denoised(net, config, given)] }),
  heads: {
    denoiser: denoiserHead(
      "UNet2DModel",
      ({ classEmbedding, timeSize }, classes) =>
        classEmbedding === "table"
          ? [{ kind: "embedding", path: classPath, rows: classes + 1, width: timeSize }]
          : [],
      ({ classEmbedding }, classes) =>
        classEmbedding === "table" ? { num_class_embeds: classes + 1 } : {},
    ),
  },
};
