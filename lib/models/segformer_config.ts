/**
 * The sizes of a SegFormer.
 *
 * @module
 */
import { activationNames } from "../nn/activation.ts";
import { configReader } from "../nn/config_reader.ts";
import type { ImageConfig } from "../nn/family.ts";

/** The sizes of a stage. */
export interface SegformerStage {
  readonly width: number;
  readonly depth: number;
  readonly numHeads: number;
  readonly patchSize: number;
  readonly stride: number;
  /** By how much height and width are smaller where keys and values are made. */
  readonly reduction: number;
  readonly intermediateSize: number;
}

/** The sizes of a SegFormer. */
export interface SegformerConfig extends ImageConfig {
  readonly stages: readonly SegformerStage[];
  /** Channels of the head that joins maps. */
  readonly decoderSize: number;
  readonly activation: string;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  readonly headDropout: number;
  /** How often the last block is left out in training; the first one never is. */
  readonly dropPath: number;
}

/** Reads and checks `config.json`. */
export function readSegformerConfig(json: Readonly<Record<string, unknown>>): SegformerConfig {
  const read = configReader(json);
  const widths = read.sizes("hidden_sizes", [32, 64, 160, 256]);
  const of = (field: string, fallback: readonly number[]) =>
    read.sizes(field, fallback, widths.length);
  const [depths, numHeads] = [of("depths", [2, 2, 2, 2]), of("num_attention_heads", [1, 2, 5, 8])];
  const [patchSizes, strides] = [of("patch_sizes", [7, 3, 3, 3]), of("strides", [4, 2, 2, 2])];
  const [reductions, ratios] = [of("sr_ratios", [8, 4, 2, 1]), of("mlp_ratios", [4, 4, 4, 4])];
  const config: SegformerConfig = {
    hiddenSize: widths.at(-1)!,
    numLayers: 0,
    numHeads: 1,
    maxTokens: 1,
    channels: read.size("num_channels", 3),
    // Not every checkpoint says it; their image processors ask for this.
    imageSize: read.pair("image_size", 512),
    stages: widths.map((width, i) => ({
      width,
      depth: depths[i],
      numHeads: numHeads[i],
      patchSize: patchSizes[i],
      stride: strides[i],
      reduction: reductions[i],
      intermediateSize: width * ratios[i],
    })),
    decoderSize: read.size("decoder_hidden_size", 256),
    activation: read.oneOf("hidden_act", activationNames, "gelu"),
    hiddenDropout: read.share("hidden_dropout_prob", 0),
    attentionDropout: read.share("attention_probs_dropout_prob", 0),
    headDropout: read.share("classifier_dropout_prob", 0.1),
    dropPath: read.share("drop_path_rate", 0.1),
    initializerRange: read.positive("initializer_range", 0.02),
  };
  read.same("num_encoder_blocks", widths.length, "there are as many hidden_sizes");
  for (const [i, width] of widths.entries()) {
    read.divides("num_attention_heads", numHeads[i], "hidden_sizes", width);
  }
  read.on("reshape_last_stage");
  read.finish();
  return config;
}
