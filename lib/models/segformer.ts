/**
 * SegFormer (Xie et al., arXiv 2105.15203) as transformers stores it: stages of overlapping patches and
 * attention to fewer keys, whose maps a small head joins.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../engine/mod.ts";
import { activation } from "../nn/activation.ts";
import { type Family, type MapHead, pooledMap } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { cellHead } from "./cell_head.ts";
import { imageHead, pixelInputs } from "./image_heads.ts";
import { mapOfTokens, rowsOfMap } from "./patch_embedding.ts";
import {
  readSegformerConfig,
  type SegformerConfig,
  type SegformerStage,
} from "./segformer_config.ts";

/** PyTorch's default: transformers passes `layer_norm_eps` by. */
const epsilon = 1e-5;

function layers(config: SegformerConfig): Layer[] {
  const norm = (path: string, width: number): Layer => ({ kind: "norm", path, width });
  return config.stages.flatMap((stage, i): Layer[] => [
    {
      kind: "conv",
      path: `encoder.patch_embeddings.${i}.proj`,
      inChannels: config.stages[i - 1]?.width ?? config.channels,
      outChannels: stage.width,
      kernel: [stage.patchSize, stage.patchSize],
    },
    norm(`encoder.patch_embeddings.${i}.layer_norm`, stage.width),
    ...Array.from(
      { length: stage.depth },
      (_, block) => blockLayers(`encoder.block.${i}.${block}`, stage),
    ).flat(),
    norm(`encoder.layer_norm.${i}`, stage.width),
  ]);
}

function blockLayers(
  at: string,
  { width, reduction, intermediateSize }: SegformerStage,
): Layer[] {
  const linear = (path: string, inFeatures: number, outFeatures: number): Layer => ({
    kind: "linear",
    path: `${at}.${path}`,
    inFeatures,
    outFeatures,
  });
  const norm = (path: string): Layer => ({ kind: "norm", path: `${at}.${path}`, width });
  return [
    norm("layer_norm_1"),
    ...["query", "key", "value"].map((name) => linear(`attention.self.${name}`, width, width)),
    ...reduction > 1
      ? [
        {
          kind: "conv",
          path: `${at}.attention.self.sr`,
          inChannels: width,
          outChannels: width,
          kernel: [reduction, reduction],
        } as const,
        norm("attention.self.layer_norm"),
      ]
      : [],
    linear("attention.output.dense", width, width),
    norm("layer_norm_2"),
    linear("mlp.dense1", width, intermediateSize),
    {
      kind: "conv",
      path: `${at}.mlp.dwconv.dwconv`,
      inChannels: intermediateSize,
      outChannels: intermediateSize,
      kernel: [3, 3],
      groups: intermediateSize,
    },
    linear("mlp.dense2", intermediateSize, width),
  ];
}

/** A block with the map that it works on. */
interface BlockCall {
  readonly at: string;
  /** Counted through all stages. */
  readonly layer: number;
  readonly stage: SegformerStage;
  readonly batch: number;
  readonly size: readonly [number, number];
  readonly dropPath: number;
}

/** [batch · height · width, width] → the same */
function block(net: Net, config: SegformerConfig, x: Tensor, call: BlockCall): Tensor {
  const { at, stage, batch, size, dropPath } = call;
  const drop = (branch: Tensor) => {
    const rows = tf.reshape(branch, [batch, size[0] * size[1], stage.width]);
    return tf.reshape(net.dropPath(rows, dropPath), [-1, stage.width]);
  };
  const normed = net.layerNorm(`${at}.layer_norm_1`, x, epsilon);
  const mixed = net.linear(`${at}.attention.output.dense`, attended(net, config, normed, call));
  const middle = tf.add(drop(net.dropout(mixed, config.hiddenDropout)), x);
  const inner = net.layerNorm(`${at}.layer_norm_2`, middle, epsilon);
  const wide = mapOfTokens(net.linear(`${at}.mlp.dense1`, inner), batch, size);
  const neighbours = net.conv(`${at}.mlp.dwconv.dwconv`, wide, {
    padding: 1,
    groups: stage.intermediateSize,
  });
  const active = net.dropout(
    activation(config.activation, rowsOfMap(neighbours)),
    config.hiddenDropout,
  );
  const narrow = net.dropout(net.linear(`${at}.mlp.dense2`, active), config.hiddenDropout);
  return tf.add(drop(narrow), middle);
}

function attended(
  net: Net,
  config: SegformerConfig,
  x: Tensor,
  { at, layer, stage, batch, size }: BlockCall,
): Tensor {
  const { reduction, numHeads } = stage;
  let seen = x;
  let keys = size[0] * size[1];
  if (reduction > 1) {
    const map = mapOfTokens(x, batch, size);
    const reduced = net.conv(`${at}.attention.self.sr`, map, { stride: reduction });
    keys = reduced.shape[2]! * reduced.shape[3]!;
    seen = net.layerNorm(`${at}.attention.self.layer_norm`, rowsOfMap(reduced), epsilon);
  }
  return net.attention({
    layer,
    query: net.linear(`${at}.attention.self.query`, x),
    key: net.linear(`${at}.attention.self.key`, seen),
    value: net.linear(`${at}.attention.self.value`, seen),
    mask: tf.fill([batch, keys], 1, "int32"),
    seesAll: true,
    queryMask: undefined,
    numHeads,
    dropout: config.attentionDropout,
  });
}

/** The maps after each stage, from fine to coarse. */
function maps(net: Net, config: SegformerConfig, pixels: Tensor): Tensor[] {
  const all = config.stages.reduce((sum, { depth }) => sum + depth, 0);
  let map = pixels;
  let layer = 0;
  return config.stages.map((stage, i) => {
    const { stride, patchSize, depth } = stage;
    const padding = Math.floor(patchSize / 2);
    const patches = net.conv(`encoder.patch_embeddings.${i}.proj`, map, { stride, padding });
    const [batch, , height, width] = patches.shape as [number, number, number, number];
    const embedded = `encoder.patch_embeddings.${i}.layer_norm`;
    let x = net.layerNorm(embedded, rowsOfMap(patches), epsilon);
    for (let at = 0; at < depth; at++, layer++) {
      x = block(net, config, x, {
        at: `encoder.block.${i}.${at}`,
        layer,
        stage,
        batch,
        size: [height, width],
        dropPath: config.dropPath * layer / Math.max(1, all - 1),
      });
    }
    const finished = net.layerNorm(`encoder.layer_norm.${i}`, x, epsilon);
    return map = mapOfTokens(finished, batch, [height, width]);
  });
}

/** Rows and columns of the finest map. */
function finestSize(
  { imageSize: [height, width], stages: [{ patchSize, stride }] }: SegformerConfig,
): readonly [number, number] {
  const points = (pixels: number) =>
    Math.floor((pixels + 2 * Math.floor(patchSize / 2) - patchSize) / stride) + 1;
  return [points(height), points(width)];
}

/** Scores of the classes of each pixel, at the size of the finest map. */
const masks: MapHead<SegformerConfig> = {
  reads: "maps",
  layers: ({ stages, decoderSize }, outputs) => [
    ...stages.map(({ width }, i): Layer => ({
      kind: "linear",
      path: `decode_head.linear_c.${i}.proj`,
      inFeatures: width,
      outFeatures: decoderSize,
    })),
    {
      kind: "conv",
      path: "decode_head.linear_fuse",
      inChannels: decoderSize * stages.length,
      outChannels: decoderSize,
      kernel: [1, 1],
      bias: false,
    },
    { kind: "batchNorm", path: "decode_head.batch_norm", width: decoderSize },
    {
      kind: "conv",
      path: "decode_head.classifier",
      inChannels: decoderSize,
      outChannels: outputs,
      kernel: [1, 1],
    },
  ],
  mapSize: finestSize,
  reusable: /^decode_head\.(?!classifier$)/,
  forward(net, { headDropout }, maps) {
    const [, , height, width] = maps[0].shape as [number, number, number, number];
    const joined = maps.map((map, i) => {
      const [batch, , ...size] = map.shape as [number, number, number, number];
      const rows = net.linear(`decode_head.linear_c.${i}.proj`, rowsOfMap(map));
      return ops.resize2d(mapOfTokens(rows, batch, size), { height, width }, { mode: "bilinear" });
    });
    const fused = net.conv("decode_head.linear_fuse", tf.concat(joined.reverse(), 1), {
      bias: false,
    });
    const active = tf.relu(net.batchNorm("decode_head.batch_norm", fused, epsilon));
    return net.conv("decode_head.classifier", net.dropout(active, headDropout));
  },
  className: "SegformerForSemanticSegmentation",
};

/** How transformers names the modules of a SegFormer, whose checkpoints keep older names. */
function moduleOf(path: string): string {
  return path
    .replace(/^encoder\.patch_embeddings\.(\d+)\./, "stages.$1.patch_embeddings.")
    .replace(/^encoder\.block\.(\d+)\./, "stages.$1.blocks.")
    .replace(/^encoder\.layer_norm\.(\d+)(?=\.|$)/, "stages.$1.layer_norm")
    .replace(/^decode_head\.linear_c\./, "decode_head.linear_projections.")
    .replace(/\.attention\.self\.(q|k|v)(uery|ey|alue)(?=\.|$)/, ".attention.$1_proj")
    .replace(/\.attention\.self\.sr(?=\.|$)/, ".attention.sequence_reduction.sequence_reduction")
    .replace(/\.attention\.self\.layer_norm(?=\.|$)/, ".attention.sequence_reduction.layer_norm")
    .replace(/\.attention\.output\.dense(?=\.|$)/, ".attention.o_proj")
    .replace(/\.mlp\.dense(1|2)(?=\.|$)/, ".mlp.fc$1")
    .replace(/\.layer_norm_1(?=\.|$)/, ".layernorm_before")
    .replace(/\.layer_norm_2(?=\.|$)/, ".layernorm_after");
}

/** The SegFormer family. */
export const segformer: Family<SegformerConfig> = {
  modelType: "segformer",
  input: "image",
  takesAnySize: true,
  prefix: "segformer",
  readConfig: readSegformerConfig,
  layers,
  inputs: pixelInputs,
  ignored: [/\.num_batches_tracked$/],
  optional: [],
  moduleOf,
  attentionTargets: ["query", "value"],
  features(net, config, { pixel_values }) {
    const all = maps(net, config, pixel_values);
    return { maps: all, ...pooledMap(all.at(-1)!, (map) => tf.mean(map, [2, 3])) };
  },
  heads: {
    classification: imageHead("SegformerForImageClassification"),
    masks,
    boxes: cellHead({
      className: "SegformerForObjectDetection",
      channels: ({ stages }: SegformerConfig) => stages.map(({ width }) => width),
      mapSize: finestSize,
    }),
  },
};
