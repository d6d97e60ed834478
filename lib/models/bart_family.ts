/**
 * The encoder and the decoder that BART and its relatives share: where norms stand, whether embeddings
 * are normalised and how positions are made differ.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../engine/mod.ts";
import { activation } from "../nn/activation.ts";
import type { Family, Head } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import type { Memory, Net } from "../nn/net.ts";
import { positionIds } from "../nn/pooled_positions.ts";
import { type BartConfig, type BartDefaults, readBartConfig } from "./bart_config.ts";
import { seq2seqLanguage, sharedCopies, sharedNames, sharedTable } from "./seq2seq_head.ts";

/** How a relative of BART is built. */
export interface BartKind {
  readonly modelType: string;
  /** The class name of the model with its head. */
  readonly className: string;
  readonly defaults: BartDefaults;
  /** True where norms stand before each part instead of after it, and one after the last block. */
  readonly normFirst: boolean;
  /** True where the sum of words and positions is normalised. */
  readonly normsEmbeddings: boolean;
  /** True where the decoder starts with the last token of the target, that of the language. */
  readonly startsWithLast?: boolean;
  /**
   * True where the decoder starts with the padding token, whose row PyTorch's `padding_idx` keeps as it is
   * but for what a tied head learns.
   */
  readonly startsWithPadding?: boolean;
  /** Vectors of positions [batch, sequence] that no checkpoint holds; learned tables unless given. */
  positions?(config: BartConfig, ids: Tensor): Tensor;
}

type StackName = "encoder" | "decoder";

/** transformers' LayerNorm has PyTorch's default, whatever `config.json` says. */
const epsilon = 1e-5;

function layersOf(kind: BartKind, config: BartConfig): Layer[] {
  const { hiddenSize } = config;
  const linear = (path: string, inFeatures: number, outFeatures: number): Layer => ({
    kind: "linear",
    path,
    inFeatures,
    outFeatures,
  });
  const norm = (path: string): Layer => ({ kind: "norm", path, width: hiddenSize });
  const attention = (at: string) =>
    ["q_proj", "k_proj", "v_proj", "out_proj"]
      .map((name) => linear(`${at}.${name}`, hiddenSize, hiddenSize));
  const embeddings = (stack: StackName): Layer[] => [
    ...(kind.positions ? [] : [{
      kind: "embedding" as const,
      path: `${stack}.embed_positions`,
      rows: config.maxPositions,
      width: hiddenSize,
    }]),
    ...(kind.normsEmbeddings ? [norm(`${stack}.layernorm_embedding`)] : []),
  ];
  const blocks = (stack: StackName, count: number, inner: number) =>
    Array.from({ length: count }, (_, i): Layer[] => {
      const at = `${stack}.layers.${i}`;
      return [
        ...attention(`${at}.self_attn`),
        norm(`${at}.self_attn_layer_norm`),
        ...(stack === "decoder"
          ? [...attention(`${at}.encoder_attn`), norm(`${at}.encoder_attn_layer_norm`)]
          : []),
        linear(`${at}.fc1`, hiddenSize, inner),
        linear(`${at}.fc2`, inner, hiddenSize),
        norm(`${at}.final_layer_norm`),
      ];
    }).flat();
  const finish = (stack: StackName) => kind.normFirst ? [norm(`${stack}.layer_norm`)] : [];
  return [
    { kind: "embedding", path: sharedTable, rows: config.vocabSize, width: hiddenSize },
    ...embeddings("encoder"),
    ...embeddings("decoder"),
    ...blocks("encoder", config.numLayers, config.intermediateSize),
    ...finish("encoder"),
    ...blocks("decoder", config.numDecoderLayers, config.decoderIntermediateSize),
    ...finish("decoder"),
  ];
}

/** Words as both stacks look them up. */
function wordsOf(net: Net, { wordScale }: BartConfig, ids: Tensor): Tensor {
  const words = net.embedding(sharedTable, ids);
  return wordScale === 1 ? words : tf.mul(words, wordScale);
}

/** Words of which the padding token's take no gradient. */
function withoutPadding(words: Tensor, { padId }: BartConfig, ids: Tensor): Tensor {
  const isWord = tf.notEqual(ids, tf.scalar(padId, "int32"));
  return ops.maskedGradient(words, tf.expandDims(tf.cast(isWord, "float32"), 2));
}

/** Adds positions to words [batch, sequence, hiddenSize] → [batch · sequence, hiddenSize]. */
function placed(
  net: Net,
  kind: BartKind,
  config: BartConfig,
  { stack, words, mask }: { readonly stack: StackName; words: Tensor; mask: Tensor },
): Tensor {
  const ids = positionIds(net, mask, undefined, stack);
  const unused = tf.scalar(kind.defaults.unusedPositions, "int32");
  const positions = kind.positions?.(config, ids) ??
    net.embedding(`${stack}.embed_positions`, tf.add(ids, unused));
  const rows = tf.reshape(tf.add(words, positions), [-1, config.hiddenSize]);
  const x = kind.normsEmbeddings
    ? net.layerNorm(`${stack}.layernorm_embedding`, rows, epsilon)
    : rows;
  return net.dropout(x, config.dropout);
}

/** A part with its residual and its norm, before or after it. `read` gives what the part starts from. */
function residual(
  net: Net,
  { normFirst }: Pick<BartKind, "normFirst">,
  config: BartConfig,
  { norm, x, part }: {
    readonly norm: string;
    x: Tensor;
    part(normed: (rows: Tensor) => Tensor): Tensor;
  },
): Tensor {
  const normed = (rows: Tensor) => net.layerNorm(norm, rows, epsilon);
  const sum = tf.add(net.dropout(part(normFirst ? normed : (rows) => rows), config.dropout), x);
  return normFirst ? sum : normed(sum);
}

function feedForward(net: Net, kind: BartKind, config: BartConfig, at: string, x: Tensor): Tensor {
  return residual(net, kind, config, {
    norm: `${at}.final_layer_norm`,
    x,
    part(normed) {
      const wide = activation(config.activation, net.linear(`${at}.fc1`, normed(x)));
      return net.linear(`${at}.fc2`, net.dropout(wide, config.activationDropout));
    },
  });
}

function encoderBlock(kind: BartKind): NonNullable<Family<BartConfig>["stack"]>["block"] {
  return (net, config, { x, mask, queryMask }, layer, asked) => {
    const at = `encoder.layers.${layer}`;
    const linear = (name: string, rows: Tensor) => net.linear(`${at}.self_attn.${name}`, rows);
    const middle = residual(net, kind, config, {
      norm: `${at}.self_attn_layer_norm`,
      x: asked,
      part(normed) {
        const all = normed(x);
        const mixed = net.attention({
          layer,
          site: "encoder",
          query: linear("q_proj", asked === x ? all : normed(asked)),
          key: linear("k_proj", all),
          value: linear("v_proj", all),
          mask,
          queryMask,
          numHeads: config.numHeads,
          dropout: config.attentionDropout,
        });
        return linear("out_proj", mixed);
      },
    });
    return feedForward(net, kind, config, at, middle);
  };
}

function decoderBlock(kind: BartKind): NonNullable<Family<BartConfig>["decoder"]>["block"] {
  return (net, config, { x, mask, positions, memory }, layer) => {
    const at = `decoder.layers.${layer}`;
    const linear = (name: string, rows: Tensor) => net.linear(`${at}.self_attn.${name}`, rows);
    const own = residual(net, kind, config, {
      norm: `${at}.self_attn_layer_norm`,
      x,
      part(normed) {
        const all = normed(x);
        const mixed = net.attention({
          layer,
          site: "decoder",
          query: linear("q_proj", all),
          key: linear("k_proj", all),
          value: linear("v_proj", all),
          mask,
          queryMask: undefined,
          positions,
          numHeads: config.numDecoderHeads,
          dropout: config.attentionDropout,
        });
        return linear("out_proj", mixed);
      },
    });
    const middle = residual(net, kind, config, {
      norm: `${at}.encoder_attn_layer_norm`,
      x: own,
      part: (normed) => crossed(net, config, { layer, x: normed(own), memory }),
    });
    return feedForward(net, kind, config, at, middle);
  };
}

function crossed(
  net: Net,
  config: BartConfig,
  { layer, x, memory }: { readonly layer: number; x: Tensor; memory: Memory },
): Tensor {
  const linear = (name: string, rows: Tensor) =>
    net.linear(`decoder.layers.${layer}.encoder_attn.${name}`, rows);
  const mixed = net.crossAttention({
    layer,
    query: linear("q_proj", x),
    keysValues: () => ({ key: linear("k_proj", memory.x), value: linear("v_proj", memory.x) }),
    mask: memory.mask,
    numHeads: config.numDecoderHeads,
    dropout: config.attentionDropout,
  });
  return linear("out_proj", mixed);
}

/** A family of BART's kind. */
export function bartFamily(kind: BartKind): Family<BartConfig> {
  const finish = (stack: StackName) => (net: Net, _config: BartConfig, x: Tensor) =>
    kind.normFirst ? net.layerNorm(`${stack}.layer_norm`, x, epsilon) : x;
  const language: Head<BartConfig> = seq2seqLanguage(kind.className, { biased: true });
  return {
    modelType: kind.modelType,
    input: "text",
    prefix: "model",
    readConfig: (json) => readBartConfig(json, kind.defaults),
    layers: (config) => layersOf(kind, config),
    usesTypes: false,
    ignored: kind.positions ? [...sharedCopies, /\.embed_positions\.weight$/] : sharedCopies,
    optional: [],
    storedNames: sharedNames,
    attentionTargets: ["q_proj", "v_proj"],
    stack: {
      layerPath: "encoder.layers",
      wordTable: sharedTable,
      embed(net, config, batch) {
        const { words, mask } = net.input({
          words: wordsOf(net, config, batch.ids),
          mask: batch.mask,
        });
        return { x: placed(net, kind, config, { stack: "encoder", words, mask }), mask };
      },
      block: encoderBlock(kind),
      finish: finish("encoder"),
    },
    decoder: {
      layerPath: "decoder.layers",
      ...(kind.startsWithLast ? { startsWithLast: true } : {}),
      embed(net, config, { ids, mask }) {
        const given = wordsOf(net, config, ids);
        const words = kind.startsWithPadding ? withoutPadding(given, config, ids) : given;
        return { x: placed(net, kind, config, { stack: "decoder", words, mask }), mask };
      },
      block: decoderBlock(kind),
      finish: finish("decoder"),
    },
    heads: { language },
  };
}
