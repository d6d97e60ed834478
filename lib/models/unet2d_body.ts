/**
 * The layers of a UNet2D and what they compute, with or without captions.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { type InputSpec, ops, type Tensor, tf } from "../engine/mod.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { denoiserInputs } from "./denoiser.ts";
import { sineTimes } from "./sine_times.ts";
import {
  attended,
  attentionLayers,
  doubled,
  residual,
  residualLayers,
  wideConv,
} from "./unet2d_blocks.ts";
import { coarsening, type Unet2dConfig } from "./unet2d_config.ts";
import { blocksOf, type Level, type MapAttention, type ResidualBlock } from "./unet2d_levels.ts";
import { mapTransformer, transformerLayers } from "./unet2d_transformer.ts";

/** Where the class of an image is embedded. */
export const classPath = "class_embedding";

/** The layers of the whole model. */
export function unet2dLayers(config: Unet2dConfig): Layer[] {
  const { channels, levelChannels: [finest], timeSize, outChannels } = config;
  const ofLevel = ({ residuals, attentions, resampler }: Level): Layer[] => [
    ...residuals.flatMap((block) => residualLayers(config, block)),
    ...attentions.flatMap((each) =>
      config.captions ? transformerLayers(config, each) : attentionLayers(each)
    ),
    ...resampler === undefined
      ? []
      : "inChannels" in resampler
      ? residualLayers(config, resampler)
      : [wideConv(resampler.path, resampler.channels, resampler.channels)],
  ];
  const { down, middle, up } = blocksOf(config);
  return [
    wideConv("conv_in", channels, finest),
    ...config.timeWaves === "drawn" ? [drawnSpeeds(finest)] : [],
    ...timeLayers("time_embedding", waveNumbers(config), timeSize),
    ...config.classEmbedding === "time" ? timeLayers(classPath, waveNumbers(config), timeSize) : [],
    ...down.flatMap(ofLevel),
    ...middle ? ofLevel(middle) : [],
    ...up.flatMap(ofLevel),
    { kind: "norm", path: "conv_norm_out", width: finest },
    wideConv("conv_out", finest, outChannels),
  ];
}

const speedsPath = "time_proj.weight";

/** The speeds of waves that a checkpoint drew. */
function drawnSpeeds(width: number): Layer {
  return { kind: "tensor", path: speedsPath, shape: [width], initial: "normal", isFrozen: true };
}

/** Sines and cosines of a time; drawn speeds have one of each. */
function waveNumbers({ timeWaves, levelChannels: [finest] }: Unet2dConfig): number {
  return timeWaves === "drawn" ? 2 * finest : finest;
}

/** Two linear layers over the waves of a time. */
function timeLayers(path: string, inFeatures: number, outFeatures: number): Layer[] {
  return [
    { kind: "linear", path: `${path}.linear_1`, inFeatures, outFeatures },
    { kind: "linear", path: `${path}.linear_2`, inFeatures: outFeatures, outFeatures },
  ];
}

/**
 * What the model is asked with: `sample`, `timestep`, `class_labels` where it knows classes, and where it reads
 * captions `encoder_hidden_states` [batch, sequence_length, numbers of a token].
 */
export function unet2dInputs(config: Unet2dConfig): Record<string, InputSpec> {
  const { class_labels, ...others } = denoiserInputs(config);
  return {
    ...others,
    ...config.classEmbedding === "none" ? {} : { class_labels },
    ...config.captions
      ? {
        encoder_hidden_states: {
          role: "feed",
          type: "float32",
          shape: ["batch", "sequence_length", config.captions.size],
        },
      }
      : {},
  };
}

/** The embedded time, to which the embedded class is added: [batch, timeSize]. */
function embedded(
  net: Net,
  config: Unet2dConfig,
  { timestep, class_labels: classes }: Readonly<Record<string, Tensor>>,
): Tensor {
  const { levelChannels: [finest], cosinesFirst, frequencyShift: shift } = config;
  const ofTime = (path: string, times: Tensor) => {
    const waves = config.timeWaves === "drawn"
      ? drawnWaves(times, net.tensor(speedsPath))
      : sineTimes(times, finest, { first: cosinesFirst ? "cosine" : "sine", shift });
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

/** [batch], [speeds] → [batch, 2 · speeds], sines before cosines of the logarithm of the times. */
function drawnWaves(times: Tensor, speeds: Tensor): Tensor {
  const angles = tf.mul(tf.mul(tf.expandDims(tf.log(times), 1), speeds), 2 * Math.PI);
  return tf.concat([tf.sin(angles), tf.cos(angles)], 1);
}

/** What is taken off the noise, or what else was learnt: [batch, outChannels, height, width]. */
export function denoised(
  net: Net,
  config: Unet2dConfig,
  given: Readonly<Record<string, Tensor>>,
): Tensor {
  checkSize(config);
  const { sample, encoder_hidden_states: captions } = given;
  const time = embedded(net, config, given);
  const block = (x: Tensor, each: ResidualBlock) => residual(net, config, x, time, each);
  const attention = (x: Tensor, each: MapAttention | undefined) =>
    each === undefined
      ? x
      : config.captions
      ? mapTransformer(net, config, x, captions, each)
      : attended(net, config, x, each);
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
  const out = net.conv("conv_out", ops.silu(finished), { padding: 1 });
  return config.timeWaves === "drawn"
    ? tf.div(out, tf.reshape(given.timestep, [-1, 1, 1, 1]))
    : out;
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
