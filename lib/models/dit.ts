/**
 * DiT (Peebles and Xie, arXiv 2212.09748) as diffusers stores it (`DiTTransformer2DModel`): a transformer over
 * the patches of a noisy image, whose norms and branches are scaled by the time and the class.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../engine/mod.ts";
import { activation } from "../nn/activation.ts";
import { configReader } from "../nn/config_reader.ts";
import type { Family, ImageConfig } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { denoiserHead, denoiserInputs, denoiserPixels } from "./denoiser.ts";
import { sineTimes } from "./sine_times.ts";
import { patches, patchGrid, type Size, tokensWith } from "./patch_embedding.ts";
import { gridPositions } from "./grid_positions.ts";

/** The sizes of a DiT. */
export interface DitConfig extends ImageConfig {
  readonly patchSize: Size;
  readonly headSize: number;
  /** Channels of what it gives; twice those of the image where it learns variances, too. */
  readonly outChannels: number;
  readonly epsilon: number;
  readonly dropout: number;
  /** As diffusers names it. */
  readonly activation: string;
  readonly attentionBias: boolean;
}

/** Diffusers' names of activations, and ours. */
const activations: Readonly<Record<string, string>> = {
  gelu: "gelu",
  "gelu-approximate": "gelu_pytorch_tanh",
};

/** Numbers that tell a time before a small network reads them. */
const timeNumbers = 256;
/** The epsilon of norms that have no weights of their own. */
const plainEpsilon = 1e-6;
/** What the time and the class change in a block: offset, scale and share of attention and of the perceptron. */
const changesOfBlock = 6;

function readConfig(json: Readonly<Record<string, unknown>>): DitConfig {
  const read = configReader(json);
  const numHeads = read.size("num_attention_heads", 16);
  const headSize = read.size("attention_head_dim", 72);
  const channels = read.size("in_channels", 4);
  const imageSize = read.pair("sample_size", 32);
  const patchSize = read.pair("patch_size", 2);
  const config: DitConfig = {
    hiddenSize: numHeads * headSize,
    numLayers: read.depth("num_layers"),
    numHeads,
    headSize,
    channels,
    outChannels: read.size("out_channels", channels),
    imageSize,
    patchSize,
    maxTokens: tokensWith(0, { imageSize, patchSize }),
    epsilon: read.positive("norm_eps", 1e-5),
    dropout: read.share("dropout", 0),
    activation: read.oneOf("activation_fn", Object.keys(activations), "gelu-approximate"),
    attentionBias: read.flag("attention_bias", true),
    initializerRange: 0.02,
  };
  read.oneOf("norm_type", ["ada_norm_zero"], "ada_norm_zero");
  read.off("norm_elementwise_affine");
  if (config.maxTokens === 0) read.wrong("patch_size", "at most sample_size");
  if (config.hiddenSize % 4 !== 0) {
    read.wrong(
      "attention_head_dim",
      "so large that all heads together have a multiple of 4 numbers",
    );
  }
  read.finish();
  return config;
}

const blockPath = (layer: number) => `transformer_blocks.${layer}`;
const embeddingPath = (layer: number) => `${blockPath(layer)}.norm1.emb`;

function layers(config: DitConfig): Layer[] {
  const { hiddenSize, patchSize, outChannels } = config;
  return [
    {
      kind: "conv",
      path: "pos_embed.proj",
      inChannels: config.channels,
      outChannels: hiddenSize,
      kernel: patchSize,
    },
    ...Array.from({ length: config.numLayers }, (_, layer) => blockLayers(config, layer)).flat(),
    linear("proj_out_1", hiddenSize, 2 * hiddenSize),
    linear("proj_out_2", hiddenSize, patchSize[0] * patchSize[1] * outChannels),
  ];
}

function linear(path: string, inFeatures: number, outFeatures: number, bias = true): Layer {
  return { kind: "linear", path, inFeatures, outFeatures, ...(bias ? {} : { bias }) };
}

function blockLayers({ hiddenSize: size, attentionBias }: DitConfig, layer: number): Layer[] {
  const at = blockPath(layer);
  const time = `${embeddingPath(layer)}.timestep_embedder`;
  return [
    linear(`${time}.linear_1`, timeNumbers, size),
    linear(`${time}.linear_2`, size, size),
    linear(`${at}.norm1.linear`, size, changesOfBlock * size),
    ...["to_q", "to_k", "to_v"].map((name) =>
      linear(`${at}.attn1.${name}`, size, size, attentionBias)
    ),
    linear(`${at}.attn1.to_out.0`, size, size),
    linear(`${at}.ff.net.0.proj`, size, 4 * size),
    linear(`${at}.ff.net.2`, 4 * size, size),
  ];
}

/** The tables of classes, a row for each and one for none; each block has its own. */
function classLayers({ hiddenSize, numLayers }: DitConfig, classes: number): Layer[] {
  return Array.from({ length: numLayers }, (_, layer): Layer => ({
    kind: "embedding",
    path: classTable(layer),
    rows: classes + 1,
    width: hiddenSize,
  }));
}

const classTable = (layer: number) => `${embeddingPath(layer)}.class_embedder.embedding_table`;

/** What is denoised, and under which condition. */
interface Asked {
  /** The time as waves, [batch, timeNumbers]. */
  readonly waves: Tensor;
  /** [batch] int32 */
  readonly classes: Tensor;
}

function features(
  net: Net,
  config: DitConfig,
  { sample, timestep, class_labels }: Readonly<Record<string, Tensor>>,
): { readonly maps: readonly Tensor[] } {
  const { hiddenSize, imageSize, patchSize } = config;
  const batch = sample.shape[0];
  const grid = patchGrid(imageSize, patchSize);
  const positions = tf.tensor(gridPositions(grid, hiddenSize), [1, grid[0] * grid[1], hiddenSize]);
  const asked = {
    waves: sineTimes(timestep, timeNumbers, { first: "cosine", shift: 1 }),
    classes: class_labels,
  };
  let x = tf.add(patches(net, "pos_embed.proj", sample, patchSize), positions); // [batch, patches, hiddenSize]
  const mask = tf.fill([batch, grid[0] * grid[1]], 1, "int32");
  for (let layer = 0; layer < config.numLayers; layer++) {
    x = block(net, config, { x, mask, asked, layer });
  }
  const condition = ops.silu(conditionOf(net, 0, asked));
  const [offset, scale] = tf.split(net.linear("proj_out_1", condition), 2, 1);
  const last = changed(plainNorm(x, plainEpsilon), scale, offset);
  const out = net.linear("proj_out_2", tf.reshape(last, [-1, hiddenSize]));
  return { maps: [unpatched(out, config, batch)] };
}

interface BlockInput {
  /** [batch, patches, hiddenSize] */
  readonly x: Tensor;
  /** [batch, patches] int32 */
  readonly mask: Tensor;
  readonly asked: Asked;
  readonly layer: number;
}

function block(net: Net, config: DitConfig, { x, mask, asked, layer }: BlockInput): Tensor {
  const { hiddenSize, epsilon, attentionBias, dropout } = config;
  const at = blockPath(layer);
  const condition = ops.silu(conditionOf(net, layer, asked));
  const [toMix, scaleToMix, mixed, toThink, scaleToThink, thought] = tf.split(
    net.linear(`${at}.norm1.linear`, condition),
    changesOfBlock,
    1,
  );
  const rows = (tokens: Tensor) => tf.reshape(tokens, [-1, hiddenSize]);
  const tokens = (of: Tensor) => tf.reshape(of, x.shape as [number, number, number]);
  const read = rows(changed(plainNorm(x, plainEpsilon), scaleToMix, toMix));
  const project = (name: string) =>
    net.linear(`${at}.attn1.${name}`, read, { bias: attentionBias });
  const attended = net.attention({
    layer,
    query: project("to_q"),
    key: project("to_k"),
    value: project("to_v"),
    mask,
    seesAll: true,
    queryMask: undefined,
    numHeads: config.numHeads,
    dropout: 0,
  });
  const first = net.dropout(net.linear(`${at}.attn1.to_out.0`, attended), dropout);
  const middle = tf.add(tf.mul(tokens(first), ofEach(mixed)), x);
  const inner = rows(changed(plainNorm(middle, epsilon), scaleToThink, toThink));
  const wide = activation(activations[config.activation], net.linear(`${at}.ff.net.0.proj`, inner));
  const second = net.linear(`${at}.ff.net.2`, net.dropout(wide, dropout));
  return tf.add(tf.mul(tokens(second), ofEach(thought)), middle);
}

/** Time and class as one vector, by the block's own network: [batch, hiddenSize] */
function conditionOf(net: Net, layer: number, { waves, classes }: Asked): Tensor {
  const time = `${embeddingPath(layer)}.timestep_embedder`;
  const inner = ops.silu(net.linear(`${time}.linear_1`, waves));
  return tf.add(net.linear(`${time}.linear_2`, inner), net.embedding(classTable(layer), classes));
}

/** Layer normalisation without weights. */
function plainNorm(x: Tensor, epsilon: number): Tensor {
  const width = x.shape.at(-1)!;
  return ops.layerNorm(x, tf.ones([width]), tf.zeros([width]), epsilon);
}

/** x · (1 + scale) + offset, by image: x [batch, patches, hiddenSize], the others [batch, hiddenSize] */
function changed(x: Tensor, scale: Tensor, offset: Tensor): Tensor {
  return tf.add(tf.mul(x, tf.add(ofEach(scale), 1)), ofEach(offset));
}

/** A vector of each image, for all of its patches: [batch, 1, hiddenSize] */
const ofEach = (vectors: Tensor): Tensor => tf.expandDims(vectors, 1);

/** [batch · patches, height · width · channels of a patch] → [batch, channels, height, width] */
function unpatched(tokens: Tensor, config: DitConfig, batch: number): Tensor {
  const { imageSize, patchSize: [height, width], outChannels } = config;
  const [rows, columns] = patchGrid(imageSize, config.patchSize);
  const grid = tf.reshape(tokens, [batch, rows, columns, height, width, outChannels]);
  return tf.reshape(
    tf.transpose(grid, [0, 5, 1, 3, 2, 4]),
    [batch, outChannels, rows * height, columns * width],
  );
}

/** The DiT family. */
export const dit: Family<DitConfig> = {
  modelType: "dit",
  input: "image",
  component: "transformer",
  prefix: "",
  readConfig,
  layers,
  inputs: denoiserInputs,
  preprocessor: denoiserPixels,
  ignored: [/^pos_embed\.pos_embed$/],
  optional: [],
  attentionTargets: ["to_q", "to_k", "to_v", "to_out.0"],
  features,
  heads: {
    denoiser: denoiserHead(
      "DiTTransformer2DModel",
      classLayers,
      (_config, classes) => ({ num_embeds_ada_norm: classes }),
    ),
  },
};
