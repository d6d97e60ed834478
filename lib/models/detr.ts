/**
 * DETR (Carion et al., arXiv 2005.12872) as transformers stores it: a ResNet, an encoder over its last map, and
 * a decoder whose queries each look for an object. Images fill their whole input: there is no mask of pixels.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { activation } from "../nn/activation.ts";
import type { Family } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { boxHead } from "./box_head.ts";
import { type DetrConfig, type DetrStack, readDetrConfig } from "./detr_config.ts";
import { pixelInputs } from "./image_heads.ts";
import { rowsOfMap } from "./patch_embedding.ts";
import { resnetFields, resnetLayers, resnetMaps, timmName } from "./resnet.ts";
import { sinePositions } from "./sine_positions.ts";

const trunk = "backbone.conv_encoder.model.";
const queryPositions = "query_position_embeddings";
/** PyTorch's default, which the config does not say. */
const epsilon = 1e-5;

function layers(config: DetrConfig): Layer[] {
  const { hiddenSize, numQueries, encoder, decoder } = config;
  const norm = (path: string): Layer => ({ kind: "norm", path, width: hiddenSize });
  const ofTrunk = resnetLayers(config.trunk).map((layer): Layer => ({
    ...layer,
    path: `${trunk}${layer.path}`,
    // The trunk's normalisation stays as it is, as in the paper.
    ...(layer.kind === "batchNorm" ? { isFrozen: true } : {}),
  } as Layer));
  const attention = (at: string) => [
    ...["q_proj", "k_proj", "v_proj", "out_proj"].map((name) =>
      linear(`${at}.${name}`, hiddenSize, hiddenSize)
    ),
    norm(`${at}_layer_norm`),
  ];
  const perceptron = (at: string, { intermediateSize }: DetrStack) => [
    linear(`${at}.fc1`, hiddenSize, intermediateSize),
    linear(`${at}.fc2`, intermediateSize, hiddenSize),
    norm(`${at}.final_layer_norm`),
  ];
  const blocks = (name: string, stack: DetrStack, attentions: readonly string[]) =>
    Array.from({ length: stack.depth }, (_, i) => `${name}.layers.${i}`).flatMap((at) => [
      ...attentions.flatMap((each) => attention(`${at}.${each}`)),
      ...perceptron(at, stack),
    ]);
  return [
    ...ofTrunk,
    {
      kind: "conv",
      path: "input_projection",
      inChannels: config.trunk.hiddenSize,
      outChannels: hiddenSize,
      kernel: [1, 1],
    },
    { kind: "embedding", path: queryPositions, rows: numQueries, width: hiddenSize },
    ...blocks("encoder", encoder, ["self_attn"]),
    ...blocks("decoder", decoder, ["self_attn", "encoder_attn"]),
    norm("decoder.layernorm"),
  ];
}

function linear(path: string, inFeatures: number, outFeatures: number): Layer {
  return { kind: "linear", path, inFeatures, outFeatures };
}

/** Rows of a batch with their positions, which are the same for all images. */
interface Placed {
  /** [batch · tokens, hiddenSize] */
  readonly x: Tensor;
  /** [1, tokens, hiddenSize] */
  readonly positions: Tensor;
}

/** An attention of rows to others, with what follows it. */
interface AttentionStep {
  readonly at: string;
  readonly layer: number;
  readonly numHeads: number;
  readonly batch: number;
  readonly from: Placed;
  readonly to: Placed;
}

/** [batch · tokens, hiddenSize] → the same, normalised. */
function attend(net: Net, config: DetrConfig, step: AttentionStep): Tensor {
  const { at, layer, numHeads, batch, from, to } = step;
  const placed = ({ x, positions }: Placed) => {
    const rows = tf.reshape(x, [batch, positions.shape[1]!, config.hiddenSize]);
    return tf.reshape(tf.add(rows, positions), [-1, config.hiddenSize]);
  };
  const mixed = net.attention({
    layer,
    query: net.linear(`${at}.q_proj`, placed(from)),
    key: net.linear(`${at}.k_proj`, placed(to)),
    value: net.linear(`${at}.v_proj`, to.x),
    mask: tf.fill([batch, to.positions.shape[1]!], 1, "int32"),
    seesAll: true,
    queryMask: undefined,
    numHeads,
    dropout: config.attentionDropout,
  });
  const branch = net.dropout(net.linear(`${at}.out_proj`, mixed), config.hiddenDropout);
  return net.layerNorm(`${at}_layer_norm`, tf.add(from.x, branch), epsilon);
}

function perceptron(net: Net, config: DetrConfig, at: string, x: Tensor): Tensor {
  const wide = activation(config.activation, net.linear(`${at}.fc1`, x));
  const narrow = net.linear(`${at}.fc2`, net.dropout(wide, config.activationDropout));
  const branch = net.dropout(narrow, config.hiddenDropout);
  return net.layerNorm(`${at}.final_layer_norm`, tf.add(x, branch), epsilon);
}

/** What the queries found after each layer of the decoder, each [batch, queries, hiddenSize]. */
function layerQueries(net: Net, config: DetrConfig, map: Tensor): Tensor[] {
  const { hiddenSize, numQueries, encoder, decoder, hiddenDropout } = config;
  const projected = net.conv("input_projection", map);
  const [batch, , height, width] = projected.shape as [number, number, number, number];
  const tokens = height * width;
  const positions = tf.tensor3d(
    sinePositions([height, width], hiddenSize),
    [1, tokens, hiddenSize],
  );
  let memory: Placed = { x: net.dropout(rowsOfMap(projected), hiddenDropout), positions };
  for (let layer = 0; layer < encoder.depth; layer++) {
    const at = `encoder.layers.${layer}`;
    const { numHeads } = encoder;
    const step = { layer, numHeads, batch, from: memory, to: memory };
    const x = attend(net, config, { ...step, at: `${at}.self_attn` });
    memory = { x: perceptron(net, config, at, x), positions };
  }
  const asking = tf.reshape(net.tensor(`${queryPositions}.weight`), [1, numQueries, hiddenSize]);
  let found: Placed = { x: tf.zeros([batch * numQueries, hiddenSize]), positions: asking };
  const finished: Tensor[] = [];
  for (let layer = 0; layer < decoder.depth; layer++) {
    const at = `decoder.layers.${layer}`;
    const step = { layer, numHeads: decoder.numHeads, batch };
    const mixed = attend(net, config, { ...step, at: `${at}.self_attn`, from: found, to: found });
    const from = { ...found, x: mixed };
    const x = attend(net, config, { ...step, at: `${at}.encoder_attn`, from, to: memory });
    const normed = (rows: Tensor) => net.layerNorm("decoder.layernorm", rows, epsilon);
    const own = perceptron(net, config, at, x);
    const isLast = layer === decoder.depth - 1;
    found = { ...found, x: config.normsLayers ? normed(own) : own };
    const told = config.normsLayers && !isLast ? found.x : normed(found.x);
    finished.push(tf.reshape(told, [batch, numQueries, hiddenSize]));
  }
  return finished;
}

/** A trunk that was read by timm's names is written as a ResNet of transformers. */
function writtenFields({ trunk }: DetrConfig): Record<string, unknown> {
  const last = `stage${trunk.stageChannels.length}`;
  return {
    use_timm_backbone: false,
    backbone: null,
    backbone_config: { ...resnetFields(trunk), out_features: [last] },
  };
}

/** How transformers names the modules of a DETR, whose checkpoints keep older names. */
function moduleOf(path: string): string {
  return path
    .replace(/^backbone\.conv_encoder\./, "backbone.")
    .replace(/\.out_proj(?=\.|$)/, ".o_proj")
    .replace(/(layers\.\d+)\.fc(1|2)(?=\.|$)/, "$1.mlp.fc$2");
}

/** The DETR family. */
export const detr: Family<DetrConfig> = {
  modelType: "detr",
  input: "image",
  takesAnySize: true,
  prefix: "model",
  readConfig: readDetrConfig,
  writtenFields,
  layers,
  inputs: pixelInputs,
  ignored: [/\.num_batches_tracked$/],
  optional: [],
  storedNames: (path) =>
    path.startsWith(trunk) ? [`${trunk}${timmName(path.slice(trunk.length))}`] : [],
  moduleOf,
  attentionTargets: ["q_proj", "v_proj"],
  features(net, config, { pixel_values }) {
    const maps = resnetMaps(net, config.trunk, pixel_values, trunk);
    const found = layerQueries(net, config, maps.at(-1)!);
    return { maps, queries: found.at(-1)!, layerQueries: tf.concat(found, 1) };
  },
  heads: { boxes: boxHead({ className: "DetrForObjectDetection" }) },
};
