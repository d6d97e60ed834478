/**
 * T5 (Raffel et al., arXiv 1910.10683) as transformers stores it, with the changes of version 1.1 (a
 * gated feed-forward part, a head of its own) where `config.json` has them: an encoder-decoder with
 * biases by distance in the place of positions, norms without offset, products that are not scaled, and
 * no biases of linears.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { activation, activationNames } from "../nn/activation.ts";
import type { AttentionCall } from "../nn/attention_call.ts";
import type { Family } from "../nn/family.ts";
import { configReader } from "../nn/config_reader.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { relativeBias } from "./relative_positions.ts";
import {
  type Seq2SeqConfig,
  seq2seqLanguage,
  sharedCopies,
  sharedNames,
  sharedTable,
} from "./seq2seq_head.ts";

/** The sizes of a T5. */
export interface T5Config extends Seq2SeqConfig {
  readonly headSize: number;
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly dropout: number;
  readonly activation: string;
  /** True where the feed-forward part multiplies two linears. */
  readonly isGated: boolean;
  readonly numBuckets: number;
  readonly maxDistance: number;
}

/** What differs between T5 and its multilingual version. */
export interface T5Defaults {
  readonly feedForward: string;
  /** True where a shared table makes the head's input smaller. */
  readonly scalesHead: boolean;
}

/** Distances have no end, but a limit that no text reaches must be a number. */
const mostTokens = 2 ** 20;

/** Reads the fields that T5 and its relatives share. */
function readT5Config(
  json: Readonly<Record<string, unknown>>,
  { feedForward, scalesHead }: T5Defaults,
): T5Config {
  const read = configReader(json);
  const hiddenSize = read.size("d_model", 512);
  const vocabulary = read.size("vocab_size");
  const numLayers = read.depth("num_layers");
  const numHeads = read.size("num_heads", 8);
  const kinds = activationNames.flatMap((name) => [name, `gated-${name}`]);
  const kind = read.oneOf("feed_forward_proj", kinds, feedForward);
  const isGated = kind.startsWith("gated-");
  const padId = read.index("pad_token_id", 0, "vocab_size", vocabulary);
  const buckets = read.size("relative_attention_num_buckets", 32);
  const farthest = read.size("relative_attention_max_distance", 128);
  const scales = read.flag("scale_decoder_outputs", json.tie_word_embeddings !== false);
  const config: T5Config = {
    hiddenSize,
    numLayers,
    numDecoderLayers: json.num_decoder_layers == null
      ? numLayers
      : read.depth("num_decoder_layers"),
    numHeads,
    headSize: read.size("d_kv", 64),
    vocabSize: vocabulary,
    maxPositions: 0,
    maxTokens: mostTokens,
    intermediateSize: read.size("d_ff", 2048),
    epsilon: read.positive("layer_norm_epsilon", 1e-6),
    dropout: read.share("dropout_rate", 0.1),
    // The original code's GELU, whatever the name says.
    activation: kind === "gated-gelu" ? "gelu_new" : kind.replace("gated-", ""),
    isGated,
    numBuckets: buckets,
    maxDistance: farthest,
    initializerRange: read.positive("initializer_factor", 1) / Math.sqrt(hiddenSize),
    padId,
    decoderStartId: read.index("decoder_start_token_id", padId, "vocab_size", vocabulary),
    isTied: true,
    headScale: scalesHead && scales ? 1 / Math.sqrt(hiddenSize) : 1,
  };
  read.divides("4", 4, "relative_attention_num_buckets", buckets);
  read.exceeds(
    "relative_attention_max_distance",
    farthest,
    buckets / 2,
    "far distances share classes",
  );
  read.finish();
  return config;
}

const stackNames = { encoder: "encoder.block", decoder: "decoder.block" } as const;

function layers(config: T5Config): Layer[] {
  const { hiddenSize, intermediateSize, numHeads, isGated } = config;
  const inner = numHeads * config.headSize;
  const linear = (path: string, inFeatures: number, outFeatures: number): Layer => ({
    kind: "linear",
    path,
    inFeatures,
    outFeatures,
    bias: false,
  });
  const norm = (path: string): Layer => ({ kind: "norm", path, width: hiddenSize, bias: false });
  const attention = (at: string): Layer[] => [
    ...["q", "k", "v"].map((name) => linear(`${at}.${name}`, hiddenSize, inner)),
    linear(`${at}.o`, inner, hiddenSize),
  ];
  const feedForward = (at: string): Layer[] => [
    ...(isGated ? ["wi_0", "wi_1"] : ["wi"])
      .map((name) => linear(`${at}.DenseReluDense.${name}`, hiddenSize, intermediateSize)),
    linear(`${at}.DenseReluDense.wo`, intermediateSize, hiddenSize),
    norm(`${at}.layer_norm`),
  ];
  const stack = (at: string, count: number, isDecoder: boolean) =>
    Array.from({ length: count }, (_, i): Layer[] => [
      ...attention(`${at}.${i}.layer.0.SelfAttention`),
      ...(i === 0
        ? [{
          kind: "embedding" as const,
          path: biasPath(at),
          rows: config.numBuckets,
          width: numHeads,
        }]
        : []),
      norm(`${at}.${i}.layer.0.layer_norm`),
      ...(isDecoder
        ? [
          ...attention(`${at}.${i}.layer.1.EncDecAttention`),
          norm(`${at}.${i}.layer.1.layer_norm`),
        ]
        : []),
      ...feedForward(`${at}.${i}.layer.${isDecoder ? 2 : 1}`),
    ]).flat();
  return [
    { kind: "embedding", path: sharedTable, rows: config.vocabSize, width: hiddenSize },
    ...stack(stackNames.encoder, config.numLayers, false),
    norm("encoder.final_layer_norm"),
    ...stack(stackNames.decoder, config.numDecoderLayers, true),
    norm("decoder.final_layer_norm"),
  ];
}

/** The first block has the table of biases, which all blocks of its stack read. */
const biasPath = (stack: string) => `${stack}.0.layer.0.SelfAttention.relative_attention_bias`;

type SelfCall = Pick<AttentionCall, "mask" | "queryMask" | "positions">;

/** x + attention(norm(x)) to the stack itself; `asked` are the rows whose result is needed. */
function selfAttention(
  net: Net,
  config: T5Config,
  { x, asked, layer, site, ...call }: SelfCall & {
    readonly x: Tensor;
    readonly asked: Tensor;
    readonly layer: number;
    readonly site: "encoder" | "decoder";
  },
): Tensor {
  const stack = stackNames[site];
  const at = `${stack}.${layer}.layer.0`;
  const linear = (name: string, rows: Tensor) =>
    net.linear(`${at}.SelfAttention.${name}`, rows, { bias: false });
  const normed = (rows: Tensor) => net.rmsNorm(`${at}.layer_norm`, rows, config.epsilon);
  const all = normed(x);
  const classes = { ...config, isBidirectional: site === "encoder" };
  const mixed = net.attention({
    ...call,
    layer,
    site,
    query: linear("q", asked === x ? all : normed(asked)),
    key: linear("k", all),
    value: linear("v", all),
    numHeads: config.numHeads,
    causal: site === "decoder",
    scale: 1,
    bias: (positions) => relativeBias(net, biasPath(stack), positions, classes),
    dropout: config.dropout,
  });
  return tf.add(net.dropout(linear("o", mixed), config.dropout), asked);
}

/** x + feedForward(norm(x)) of the sublayer at a path. */
function feedForward(net: Net, config: T5Config, at: string, x: Tensor): Tensor {
  const { epsilon, dropout, isGated } = config;
  const linear = (name: string, rows: Tensor) =>
    net.linear(`${at}.DenseReluDense.${name}`, rows, { bias: false });
  const normed = net.rmsNorm(`${at}.layer_norm`, x, epsilon);
  const first = activation(config.activation, linear(isGated ? "wi_0" : "wi", normed));
  const wide = isGated ? tf.mul(first, linear("wi_1", normed)) : first;
  return tf.add(net.dropout(linear("wo", net.dropout(wide, dropout)), dropout), x);
}

/** A family of T5's kind. */
export function t5Family(
  modelType: string,
  className: string,
  defaults: T5Defaults,
): Family<T5Config> {
  const finish = (stack: string) => (net: Net, { epsilon, dropout }: T5Config, x: Tensor) =>
    net.dropout(net.rmsNorm(`${stack}.final_layer_norm`, x, epsilon), dropout);
  return {
    modelType,
    input: "text",
    prefix: "",
    readConfig: (json) => readT5Config(json, defaults),
    layers,
    usesTypes: false,
    // Old checkpoints hold a table that the cross attention never had a use for.
    ignored: [...sharedCopies, /EncDecAttention\.relative_attention_bias\.weight$/],
    optional: [],
    storedNames: sharedNames,
    attentionTargets: ["q", "v"],
    stack: {
      layerPath: stackNames.encoder,
      wordTable: sharedTable,
      readsPositions: true,
      embed(net, { hiddenSize, dropout }, batch) {
        const { words, mask } = net.input({
          words: net.embedding(sharedTable, batch.ids),
          mask: batch.mask,
        });
        return { x: net.dropout(tf.reshape(words, [-1, hiddenSize]), dropout), mask };
      },
      block(net, config, input, layer, asked) {
        const x = selfAttention(net, config, { ...input, asked, layer, site: "encoder" });
        return feedForward(net, config, `${stackNames.encoder}.${layer}.layer.1`, x);
      },
      finish: finish("encoder"),
    },
    decoder: {
      layerPath: stackNames.decoder,
      embed(net, { hiddenSize, dropout }, { ids, mask }) {
        const words = tf.reshape(net.embedding(sharedTable, ids), [-1, hiddenSize]);
        return { x: net.dropout(words, dropout), mask };
      },
      block(net, config, { x: given, mask, positions, memory }, layer) {
        const at = `${stackNames.decoder}.${layer}`;
        const own = { x: given, asked: given, mask, queryMask: undefined, positions };
        const x = selfAttention(net, config, { ...own, layer, site: "decoder" });
        const linear = (name: string, rows: Tensor) =>
          net.linear(`${at}.layer.1.EncDecAttention.${name}`, rows, { bias: false });
        const mixed = net.crossAttention({
          layer,
          query: linear("q", net.rmsNorm(`${at}.layer.1.layer_norm`, x, config.epsilon)),
          keysValues: () => ({ key: linear("k", memory.x), value: linear("v", memory.x) }),
          mask: memory.mask,
          numHeads: config.numHeads,
          scale: 1,
          dropout: config.dropout,
        });
        const middle = tf.add(net.dropout(linear("o", mixed), config.dropout), x);
        return feedForward(net, config, `${at}.layer.2`, middle);
      },
      finish: finish("decoder"),
    },
    heads: { language: seq2seqLanguage(className) },
  };
}

/** The T5 family. */
export const t5: Family<T5Config> = t5Family("t5", "T5ForConditionalGeneration", {
  feedForward: "relu",
  scalesHead: true,
});
