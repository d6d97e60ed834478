/**
 * The blocks of a UNet2D: residual blocks that the time enters, and attention over a map.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../engine/mod.ts";
import { activation } from "../nn/activation.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { mapOfTokens, rowsOfMap } from "./patch_embedding.ts";
import type { Unet2dConfig } from "./unet2d_config.ts";
import type { MapAttention, ResidualBlock } from "./unet2d_levels.ts";

/** A convolution of 3 × 3 pixels. */
export function wideConv(path: string, inChannels: number, outChannels: number): Layer {
  return { kind: "conv", path, inChannels, outChannels, kernel: [3, 3] };
}

/** The layers of a residual block. */
export function residualLayers(
  { timeSize, timeConditioning }: Unet2dConfig,
  { path, inChannels, outChannels }: ResidualBlock,
): Layer[] {
  return [
    { kind: "norm", path: `${path}.norm1`, width: inChannels },
    wideConv(`${path}.conv1`, inChannels, outChannels),
    {
      kind: "linear",
      path: `${path}.time_emb_proj`,
      inFeatures: timeSize,
      outFeatures: timeConditioning === "scale_shift" ? 2 * outChannels : outChannels,
    },
    { kind: "norm", path: `${path}.norm2`, width: outChannels },
    wideConv(`${path}.conv2`, outChannels, outChannels),
    ...inChannels === outChannels ? [] : [
      {
        kind: "conv",
        path: `${path}.conv_shortcut`,
        inChannels,
        outChannels,
        kernel: [1, 1],
      } as const,
    ],
  ];
}

/** The layers of an attention. */
export function attentionLayers({ path, channels, normGroups }: MapAttention): Layer[] {
  return [
    ...normGroups > 0
      ? [{ kind: "norm", path: `${path}.group_norm`, width: channels } as const]
      : [],
    ...["to_q", "to_k", "to_v", "to_out.0"].map((name): Layer => ({
      kind: "linear",
      path: `${path}.${name}`,
      inFeatures: channels,
      outFeatures: channels,
    })),
  ];
}

/** [batch, inChannels, height, width] and the embedded time [batch, timeSize] → [batch, outChannels, …] */
export function residual(
  net: Net,
  config: Unet2dConfig,
  x: Tensor,
  time: Tensor,
  { path, inChannels, outChannels, resamples, scale = 1 }: ResidualBlock,
): Tensor {
  const active = (x: Tensor) => activation(config.activation, x);
  const norm = (name: string, x: Tensor) =>
    net.groupNorm(`${path}.${name}`, x, config.normGroups, config.epsilon);
  const conv = (name: string, x: Tensor) => net.conv(`${path}.${name}`, x, { padding: 1 });
  const first = conv("conv1", resampled(active(norm("norm1", x)), resamples));
  const ofTime = net.linear(`${path}.time_emb_proj`, active(time));
  const middle = config.timeConditioning === "default"
    ? norm("norm2", tf.add(first, tf.reshape(ofTime, [-1, outChannels, 1, 1])))
    : scaledAndShifted(norm("norm2", first), ofTime);
  const second = conv("conv2", net.dropout(active(middle), config.dropout));
  const beside = resampled(x, resamples);
  const shortcut = inChannels === outChannels ? beside : net.conv(`${path}.conv_shortcut`, beside);
  return divided(tf.add(shortcut, second), scale);
}

/** A map under scales and shifts of its channels, [batch, 2 · channels]. */
function scaledAndShifted(map: Tensor, scalesAndShifts: Tensor): Tensor {
  const [batch, channels] = map.shape as [number, number];
  const part = (start: number) =>
    tf.reshape(tf.slice(scalesAndShifts, [0, start], [batch, channels]), [-1, channels, 1, 1]);
  return tf.add(tf.mul(map, tf.add(part(0), 1)), part(channels));
}

function resampled(map: Tensor, way: ResidualBlock["resamples"]): Tensor {
  if (way === undefined) return map;
  return way === "down" ? ops.avgPool2d(map, { kernel: 2, stride: 2 }) : doubled(map);
}

/** A map with each pixel as four. */
export function doubled(map: Tensor): Tensor {
  return ops.resize2d(map, { scale: 2 }, { mode: "nearest" });
}

/** [batch, channels, height, width] → the same; every pixel attends to all. */
export function attended(
  net: Net,
  config: Unet2dConfig,
  x: Tensor,
  { path, channels, layer, normGroups, scale = 1 }: MapAttention,
): Tensor {
  const [batch, , height, width] = x.shape as [number, number, number, number];
  const normed = normGroups > 0
    ? net.groupNorm(`${path}.group_norm`, x, normGroups, config.epsilon)
    : x;
  const pixels = rowsOfMap(normed);
  const mixed = net.attention({
    layer,
    query: net.linear(`${path}.to_q`, pixels),
    key: net.linear(`${path}.to_k`, pixels),
    value: net.linear(`${path}.to_v`, pixels),
    mask: tf.fill([batch, height * width], 1, "int32"),
    seesAll: true,
    queryMask: undefined,
    numHeads: config.headSize === undefined ? 1 : channels / config.headSize,
    dropout: 0,
  });
  const map = mapOfTokens(net.linear(`${path}.to_out.0`, mixed), batch, [height, width]);
  return divided(tf.add(map, x), scale);
}

function divided(x: Tensor, scale: number): Tensor {
  return scale === 1 ? x : tf.div(x, scale);
}
