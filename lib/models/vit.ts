/**
 * ViT (Dosovitskiy et al., arXiv 2010.11929) as transformers stores it: an encoder over the patches of an
 * image and one token of its own, which heads read.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { activation, activationNames } from "../nn/activation.ts";
import { configReader } from "../nn/config_reader.ts";
import { readHeadSize } from "../nn/read_head_size.ts";
import type { Family, Hidden, ImageConfig, LayerInput, TextBatch } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { bertLikePrunable } from "../nn/prunable.ts";
import { imageHead, pixelInputs } from "./image_heads.ts";
import {
  forEachImage,
  patches,
  patchGrid,
  resampledPositions,
  type Size,
  tokensWith,
} from "./patch_embedding.ts";

/** The sizes of a ViT. */
export interface VitConfig extends ImageConfig {
  /** Height and width of the images that the positions in the checkpoint are for. */
  readonly pretrainedSize: Size;
  readonly patchSize: Size;
  readonly intermediateSize: number;
  readonly headSize: number;
  /** Numbers of the pooler, which classifiers do without. */
  readonly poolerSize: number;
  readonly epsilon: number;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  readonly activation: string;
  /** Whether queries, keys and values have biases. */
  readonly attentionBias: boolean;
}

/** Reads the fields that ViT and its relatives share. `ownTokens` stand before the patches. */
export function readVitConfig(
  json: Readonly<Record<string, unknown>>,
  ownTokens: number,
): VitConfig {
  const read = configReader(json);
  const hiddenSize = read.size("hidden_size", 768);
  const numHeads = read.size("num_attention_heads", 12);
  const imageSize = read.pair("image_size", 224);
  const patchSize = read.pair("patch_size", 16);
  const maxTokens = tokensWith(ownTokens, { imageSize, patchSize });
  const config: VitConfig = {
    hiddenSize,
    numLayers: read.depth("num_hidden_layers"),
    numHeads,
    headSize: readHeadSize(read, ["num_attention_heads", numHeads], [
      "hidden_size",
      hiddenSize,
    ]),
    channels: read.size("num_channels", 3),
    imageSize,
    pretrainedSize: imageSize,
    patchSize,
    maxTokens,
    intermediateSize: read.size("intermediate_size", 3072),
    poolerSize: read.size("pooler_output_size", hiddenSize),
    epsilon: read.positive("layer_norm_eps", 1e-12),
    hiddenDropout: read.share("hidden_dropout_prob", 0),
    attentionDropout: read.share("attention_probs_dropout_prob", 0),
    activation: read.oneOf("hidden_act", activationNames, "gelu"),
    attentionBias: read.flag("qkv_bias", true),
    initializerRange: read.positive("initializer_range", 0.02),
  };
  if (maxTokens === 0) read.wrong("patch_size", "at most image_size");
  read.finish();
  return config;
}

/** The layers. `ownTokens` are the paths of the tokens that stand before the patches. */
export function vitLayers(config: VitConfig, ownTokens: readonly string[]): Layer[] {
  const { hiddenSize } = config;
  const token = (path: string): Layer => ({
    kind: "tensor",
    path,
    shape: [1, 1, hiddenSize],
    initial: "normal",
  });
  const [rows, columns] = patchGrid(config.pretrainedSize, config.patchSize);
  return [
    ...ownTokens.map(token),
    {
      kind: "tensor",
      path: "embeddings.position_embeddings",
      shape: [1, rows * columns + ownTokens.length, hiddenSize],
      initial: "normal",
    },
    {
      kind: "conv",
      path: "embeddings.patch_embeddings.projection",
      inChannels: config.channels,
      outChannels: hiddenSize,
      kernel: config.patchSize,
    },
    ...Array.from({ length: config.numLayers }, (_, layer) => blockLayers(config, layer)).flat(),
    { kind: "norm", path: "layernorm", width: hiddenSize },
    {
      kind: "linear",
      path: "pooler.dense",
      inFeatures: hiddenSize,
      outFeatures: config.poolerSize,
    },
  ];
}

/** The layers of a block. */
export function blockLayers(
  { hiddenSize, intermediateSize, attentionBias, numHeads, headSize }: VitConfig,
  layer: number,
): Layer[] {
  const at = `encoder.layer.${layer}`;
  const heads = numHeads * headSize;
  const linear = (path: string, inFeatures: number, outFeatures: number): Layer => ({
    kind: "linear",
    path: `${at}.${path}`,
    inFeatures,
    outFeatures,
  });
  const attention = ["query", "key", "value"].map((name): Layer => ({
    ...linear(`attention.attention.${name}`, hiddenSize, heads),
    ...(attentionBias ? {} : { bias: false }),
  } as Layer));
  const norm = (name: string): Layer => ({
    kind: "norm",
    path: `${at}.${name}`,
    width: hiddenSize,
  });
  return [
    ...attention,
    linear("attention.output.dense", heads, hiddenSize),
    norm("layernorm_before"),
    norm("layernorm_after"),
    linear("intermediate.dense", hiddenSize, intermediateSize),
    linear("output.dense", intermediateSize, hiddenSize),
  ];
}

/** Patches behind the tokens of the model's own, with their positions. */
export function vitEmbed(
  net: Net,
  config: VitConfig,
  { pixels }: TextBatch,
  ownTokens: readonly string[],
): Hidden {
  const { hiddenSize, patchSize } = config;
  const [batch, , height, width] = pixels!.shape as [number, number, number, number];
  const own = ownTokens.map((path) => forEachImage(net.tensor(path), batch));
  const tokens = tf.concat([
    ...own,
    patches(net, "embeddings.patch_embeddings.projection", pixels!, patchSize),
  ], 1);
  const positions = resampledPositions(net.tensor("embeddings.position_embeddings"), {
    from: patchGrid(config.pretrainedSize, patchSize),
    to: patchGrid([height, width], patchSize),
    before: ownTokens.length,
  });
  const placed = tf.add(tokens, positions);
  return {
    x: net.dropout(tf.reshape(placed, [-1, hiddenSize]), config.hiddenDropout),
    mask: tf.fill([batch, placed.shape[1]!], 1, "int32"),
  };
}

/** One block: attention and a perceptron, each behind a norm and beside what it adds to. */
export function vitBlock(
  net: Net,
  config: VitConfig,
  { x, mask, queryMask }: LayerInput,
  layer: number,
  asked: Tensor,
): Tensor {
  const at = `encoder.layer.${layer}`;
  const options = { bias: config.attentionBias };
  const before = (rows: Tensor) => net.layerNorm(`${at}.layernorm_before`, rows, config.epsilon);
  const all = before(x);
  const mixed = net.attention({
    layer,
    query: net.linear(
      `${at}.attention.attention.query`,
      asked === x ? all : before(asked),
      options,
    ),
    key: net.linear(`${at}.attention.attention.key`, all, options),
    value: net.linear(`${at}.attention.attention.value`, all, options),
    mask,
    seesAll: true,
    queryMask,
    numHeads: config.numHeads,
    dropout: config.attentionDropout,
  });
  const attended = net.dropout(
    net.linear(`${at}.attention.output.dense`, mixed),
    config.hiddenDropout,
  );
  const middle = tf.add(attended, asked);
  const inner = net.layerNorm(`${at}.layernorm_after`, middle, config.epsilon);
  const wide = activation(config.activation, net.linear(`${at}.intermediate.dense`, inner));
  const narrow = net.dropout(net.linear(`${at}.output.dense`, wide), config.hiddenDropout);
  return tf.add(narrow, middle);
}

/** How transformers names the modules of a ViT, whose checkpoints keep older names. */
export function vitModule(path: string): string {
  return path
    .replace(/^encoder\.layer\./, "layers.")
    .replace(/\.attention\.attention\.(q|k|v)(uery|ey|alue)(?=\.|$)/, ".attention.$1_proj")
    .replace(/\.attention\.output\.dense(?=\.|$)/, ".attention.o_proj")
    .replace(/\.intermediate\.dense(?=\.|$)/, ".mlp.fc1")
    .replace(/\.output\.dense(?=\.|$)/, ".mlp.fc2");
}

const ownTokens = ["embeddings.cls_token"];

/** The ViT family. */
export const vit: Family<VitConfig> = {
  modelType: "vit",
  input: "image",
  prefix: "vit",
  readConfig: (json) => readVitConfig(json, ownTokens.length),
  layers: (config) => vitLayers(config, ownTokens),
  inputs: pixelInputs,
  tokensOf: (config) => tokensWith(ownTokens.length, config),
  patchGrid: ({ imageSize, patchSize }) => patchGrid(imageSize, patchSize),
  // Models that learn by filling in patches have these beside.
  ignored: [/embeddings\.mask_token$/, /^decoder\./],
  optional: [/^pooler\./],
  moduleOf: vitModule,
  attentionTargets: ["query", "value"],
  stack: {
    layerPath: "encoder.layer",
    embed: (net, config, batch) => vitEmbed(net, config, batch, ownTokens),
    block: vitBlock,
    finish: (net, config, x) => net.layerNorm("layernorm", x, config.epsilon),
  },
  prunable: bertLikePrunable("attention.attention", { inTransformers: true }),
  heads: {
    classification: imageHead("ViTForImageClassification", { unused: /^pooler\./ }),
  },
};
