/**
 * The sizes of a UNet2D that reads captions, read from the `config.json` that diffusers writes.
 *
 * @module
 */
import { type ConfigReader, configReader } from "../nn/config_reader.ts";
import {
  type CaptionConfig,
  coarsening,
  frequencyShiftOf,
  type LevelType,
  type Unet2dConfig,
} from "./unet2d_config.ts";

const plain: LevelType = { hasAttention: false, resampling: "conv" };
const attending: LevelType = { hasAttention: true, resampling: "conv" };
const downTypes: Readonly<Record<string, LevelType>> = {
  DownBlock2D: plain,
  CrossAttnDownBlock2D: attending,
};
const upTypes: Readonly<Record<string, LevelType>> = {
  UpBlock2D: plain,
  CrossAttnUpBlock2D: attending,
};
const middleType = "UNetMidBlock2DCrossAttn";
const attentionDown = "CrossAttnDownBlock2D";
const attentionUp = "CrossAttnUpBlock2D";
/** Of diffusers' `UNet2DConditionModel`, where a field is absent. */
const usual = {
  channels: 4,
  levelChannels: [320, 640, 1280, 1280],
  down: [attentionDown, attentionDown, attentionDown, "DownBlock2D"],
  up: ["UpBlock2D", attentionUp, attentionUp, attentionUp],
  blocksPerLevel: 2,
  heads: 8,
  captionSize: 1280,
  normGroups: 32,
  epsilon: 1e-5,
} as const;
/** The embedded time has so many times the channels of the finest level. */
const timeFactor = 4;

/** Switches for what is not computed. */
const off = [
  "only_cross_attention",
  "mid_block_only_cross_attention",
  "dual_cross_attention",
  "class_embeddings_concat",
  "resnet_skip_time_act",
];
/** Fields for what is not computed, which must be null or left out. */
const absent = [
  "addition_embed_type",
  "class_embed_type",
  "num_class_embeds",
  "cross_attention_norm",
  "encoder_hid_dim",
  "encoder_hid_dim_type",
  "num_attention_heads",
  "reverse_transformer_layers_per_block",
  "time_cond_proj_dim",
  "time_embedding_act_fn",
  "timestep_post_act",
];

/** Reads the fields; those that are not computed are refused by name. */
export function readUnet2dConditionConfig(json: Readonly<Record<string, unknown>>): Unet2dConfig {
  const read = configReader(json);
  off.forEach((field) => read.off(field));
  for (const field of absent) {
    if ((read.value(field) ?? undefined) !== undefined) read.wrong(field, "null");
  }
  read.oneOf("attention_type", ["default"], "default");
  read.oneOf("time_embedding_type", ["positional"], "positional");
  read.oneOf("resnet_time_scale_shift", ["default"], "default");
  read.same("conv_in_kernel", 3, "3");
  read.same("conv_out_kernel", 3, "3");
  read.same("resnet_out_scale_factor", 1, "1");
  const levelChannels = read.sizes("block_out_channels", usual.levelChannels);
  const levels = levelChannels.length;
  const normGroups = read.size("norm_num_groups", usual.normGroups);
  const padding = read.value("downsample_padding") ?? 1;
  if (padding !== 0 && padding !== 1) read.wrong("downsample_padding", "0 or 1");
  const config: Unet2dConfig = {
    hiddenSize: levelChannels[0],
    numLayers: 0,
    numHeads: 1,
    maxTokens: 1,
    initializerRange: 0.02,
    channels: read.size("in_channels", usual.channels),
    outChannels: read.size("out_channels", usual.channels),
    imageSize: read.pair("sample_size"),
    levelChannels,
    downLevels: levelsOf(read, "down", levels),
    upLevels: levelsOf(read, "up", levels),
    blocksPerLevel: blocksPerLevel(read, levels),
    middle: middleOf(read),
    middleScale: read.positive("mid_block_scale_factor", 1),
    middleNormGroups: normGroups,
    downPadding: padding === 0 ? 0 : 1,
    activation: read.oneOf("act_fn", ["silu", "swish", "gelu", "relu"], "silu"),
    dropout: read.share("dropout", 0),
    normGroups,
    epsilon: read.positive("norm_eps", usual.epsilon),
    timeConditioning: "default",
    timeSize: read.size("time_embedding_dim", timeFactor * levelChannels[0]),
    timeWaves: "fixed",
    frequencyShift: frequencyShiftOf(read, levelChannels[0]),
    cosinesFirst: read.flag("flip_sin_to_cos", true),
    centersSample: read.flag("center_input_sample", false),
    classEmbedding: "none",
    captions: captionsOf(read, levels),
  };
  checkSizes(read, config);
  read.finish();
  return config;
}

function levelsOf(read: ConfigReader, way: "down" | "up", levels: number): LevelType[] {
  const types = way === "down" ? downTypes : upTypes;
  const field = `${way}_block_types`;
  const given = read.value(field) === undefined && levels === usual[way].length
    ? usual[way]
    : read.texts(field, Object.keys(types), levels);
  if (!given && read.value(field) === undefined) read.wrong(field, `a list of ${levels} names`);
  return Array.from({ length: levels }, (_, level) => {
    const own = given ? types[given[level]] : plain;
    return level === levels - 1 ? { ...own, resampling: undefined } : own;
  });
}

/** A number, or a list of the same number for every level. */
function blocksPerLevel(read: ConfigReader, levels: number): number {
  const each = forLevels(read, "layers_per_block", usual.blocksPerLevel, levels);
  if (each.some((blocks) => blocks !== each[0])) {
    read.wrong("layers_per_block", "the same in every level");
  }
  return each[0];
}

function middleOf(read: ConfigReader): Unet2dConfig["middle"] {
  if (read.value("mid_block_type") === null) return "none";
  read.oneOf("mid_block_type", [middleType], middleType);
  return "attention";
}

function captionsOf(read: ConfigReader, levels: number): CaptionConfig {
  return {
    size: read.size("cross_attention_dim", usual.captionSize),
    // The field's name is wrong for the sake of older checkpoints: it is the number of heads.
    levelHeads: forLevels(read, "attention_head_dim", usual.heads, levels),
    levelBlocks: forLevels(read, "transformer_layers_per_block", 1, levels),
    projectsLinearly: read.flag("use_linear_projection", false),
  };
}

/** One whole number for all levels, or a list with one for each. */
function forLevels(
  read: ConfigReader,
  field: string,
  fallback: number,
  levels: number,
): readonly number[] {
  if (Array.isArray(read.value(field))) return read.sizes(field, undefined, levels);
  return Array<number>(levels).fill(read.size(field, fallback));
}

function checkSizes(
  read: ConfigReader,
  { levelChannels, normGroups, captions, imageSize, downLevels, upLevels, middle }: Unet2dConfig,
): void {
  levelChannels.forEach((channels, level) => {
    read.divides("norm_num_groups", normGroups, "block_out_channels", channels);
    const isCoarsest = level === levelChannels.length - 1;
    const attends = downLevels[level].hasAttention ||
      upLevels[levelChannels.length - 1 - level].hasAttention ||
      isCoarsest && middle === "attention";
    if (!attends) return;
    read.divides("attention_head_dim", captions!.levelHeads[level], "block_out_channels", channels);
  });
  const factor = coarsening({ levelChannels });
  if (imageSize.some((size) => size % factor !== 0)) {
    read.wrong("sample_size", `a multiple of ${factor}, since maps are halved so often`);
  }
}
