/**
 * The transformers of a UNet2D that reads captions, as diffusers' `Transformer2DModel`: in each block the pixels
 * of a map attend to each other and then to the caption (Rombach et al., arXiv 2112.10752).
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { activation } from "../nn/activation.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { mapOfTokens, rowsOfMap } from "./patch_embedding.ts";
import type { CaptionConfig, Unet2dConfig } from "./unet2d_config.ts";
import type { MapAttention } from "./unet2d_levels.ts";

/** Of diffusers' `Transformer2DModel`, whatever the config says of other norms. */
const mapEpsilon = 1e-6;
/** Of its blocks. */
const rowEpsilon = 1e-5;
/** Numbers of the perceptron for each of a pixel's. */
const widening = 4;

/** The layers of a transformer over maps of a level. */
export function transformerLayers(
  { captions }: Pick<Unet2dConfig, "captions">,
  { path, channels, level }: MapAttention,
): Layer[] {
  const { size, levelBlocks, projectsLinearly } = captions!;
  const around = (name: string): Layer =>
    projectsLinearly ? linear(`${path}.${name}`, channels, channels) : {
      kind: "conv",
      path: `${path}.${name}`,
      inChannels: channels,
      outChannels: channels,
      kernel: [1, 1],
    };
  return [
    { kind: "norm", path: `${path}.norm`, width: channels },
    around("proj_in"),
    ...Array.from(
      { length: levelBlocks[level] },
      (_, i) => blockLayers(blockPath(path, i), channels, size),
    ).flat(),
    around("proj_out"),
  ];
}

const blockPath = (path: string, block: number) => `${path}.transformer_blocks.${block}`;

function linear(path: string, inFeatures: number, outFeatures: number, bias = true): Layer {
  return { kind: "linear", path, inFeatures, outFeatures, ...(bias ? {} : { bias }) };
}

function blockLayers(at: string, channels: number, captionSize: number): Layer[] {
  const attention = (name: string, size: number) => [
    linear(`${at}.${name}.to_q`, channels, channels, false),
    linear(`${at}.${name}.to_k`, size, channels, false),
    linear(`${at}.${name}.to_v`, size, channels, false),
    linear(`${at}.${name}.to_out.0`, channels, channels),
  ];
  const norm = (name: string): Layer => ({ kind: "norm", path: `${at}.${name}`, width: channels });
  return [
    norm("norm1"),
    ...attention("attn1", channels),
    norm("norm2"),
    ...attention("attn2", captionSize),
    norm("norm3"),
    linear(`${at}.ff.net.0.proj`, channels, 2 * widening * channels),
    linear(`${at}.ff.net.2`, widening * channels, channels),
  ];
}

/**
 * [batch, channels, height, width] → the same, told by captions.
 *
 * @param captions the hidden states of a text encoder, [batch, tokens, numbers]
 */
export function mapTransformer(
  net: Net,
  { normGroups, captions: config }: Unet2dConfig,
  map: Tensor,
  captions: Tensor,
  { path, level, layer }: MapAttention,
): Tensor {
  const { size, levelHeads, levelBlocks, projectsLinearly } = config as CaptionConfig;
  const [batch, channels, height, width] = map.shape as [number, number, number, number];
  const normed = net.groupNorm(`${path}.norm`, map, normGroups, mapEpsilon);
  let rows = projectsLinearly
    ? net.linear(`${path}.proj_in`, rowsOfMap(normed))
    : rowsOfMap(net.conv(`${path}.proj_in`, normed));
  const tokens = captions.shape[1]!;
  const asked = {
    captions: tf.reshape(captions, [-1, size]),
    pixelMask: tf.fill([batch, height * width], 1, "int32"),
    captionMask: tf.fill([batch, tokens], 1, "int32"),
    numHeads: levelHeads[level],
  };
  for (let i = 0; i < levelBlocks[level]; i++) {
    rows = block(net, rows, { ...asked, at: blockPath(path, i), layer: layer + i, channels });
  }
  const out = projectsLinearly
    ? mapOfTokens(net.linear(`${path}.proj_out`, rows), batch, [height, width])
    : net.conv(`${path}.proj_out`, mapOfTokens(rows, batch, [height, width]));
  return tf.add(out, map);
}

interface BlockCall {
  readonly at: string;
  readonly layer: number;
  readonly channels: number;
  readonly numHeads: number;
  /** [batch · tokens, numbers] */
  readonly captions: Tensor;
  /** [batch, pixels] int32 */
  readonly pixelMask: Tensor;
  /** [batch, tokens] int32 */
  readonly captionMask: Tensor;
}

/** [batch · pixels, channels] → the same */
function block(
  net: Net,
  x: Tensor,
  { at, layer, channels, numHeads, captions, pixelMask, captionMask }: BlockCall,
): Tensor {
  const project = (name: string, rows: Tensor) =>
    net.linear(`${at}.${name}`, rows, { bias: false });
  const out = (name: string, mixed: Tensor) => net.linear(`${at}.${name}.to_out.0`, mixed);
  const pixels = net.layerNorm(`${at}.norm1`, x, rowEpsilon);
  const own = net.attention({
    layer,
    query: project("attn1.to_q", pixels),
    key: project("attn1.to_k", pixels),
    value: project("attn1.to_v", pixels),
    mask: pixelMask,
    seesAll: true,
    queryMask: undefined,
    numHeads,
    dropout: 0,
  });
  const mixed = tf.add(out("attn1", own), x);
  const told = net.crossAttention({
    layer,
    query: project("attn2.to_q", net.layerNorm(`${at}.norm2`, mixed, rowEpsilon)),
    keysValues: () => ({
      key: project("attn2.to_k", captions),
      value: project("attn2.to_v", captions),
    }),
    mask: captionMask,
    seesAll: true,
    numHeads,
    dropout: 0,
  });
  const middle = tf.add(out("attn2", told), mixed);
  const wide = net.linear(`${at}.ff.net.0.proj`, net.layerNorm(`${at}.norm3`, middle, rowEpsilon));
  const rows = wide.shape[0];
  const half = (start: number) => tf.slice(wide, [0, start], [rows, widening * channels]);
  // GEGLU (Shazeer, arXiv 2002.05202).
  const gated = tf.mul(half(0), activation("gelu", half(widening * channels)));
  return tf.add(net.linear(`${at}.ff.net.2`, gated), middle);
}
