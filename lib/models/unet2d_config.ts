/**
 * The sizes of a UNet2D, read from the `config.json` that diffusers writes, and the blocks that they make.
 *
 * @module
 */
import { type ConfigReader, configReader } from "../nn/config_reader.ts";
import type { ImageConfig } from "../nn/family.ts";

/** How a block changes the height and width of its maps: by a convolution, or within a residual block. */
export type Resampling = "conv" | "resnet";

/** What the blocks of a level have beside residual blocks. */
export interface LevelType {
  readonly hasAttention: boolean;
  /** How maps are halved on the way down, or doubled on the way up; none at the coarsest or finest level. */
  readonly resampling: Resampling | undefined;
}

/** How a UNet2D reads captions: a transformer takes the place of each attention. */
export interface CaptionConfig {
  /** Numbers of a caption's token. */
  readonly size: number;
  /** Heads of the attentions of each level, from fine to coarse. */
  readonly levelHeads: readonly number[];
  /** Blocks of a transformer of each level, from fine to coarse. */
  readonly levelBlocks: readonly number[];
  /** Whether linear layers stand around the blocks rather than convolutions. */
  readonly projectsLinearly: boolean;
}

/** The sizes of a UNet2D. */
export interface Unet2dConfig extends ImageConfig {
  /** Channels of what it gives. */
  readonly outChannels: number;
  /** Channels of each level, from fine to coarse. */
  readonly levelChannels: readonly number[];
  /** From fine to coarse. */
  readonly downLevels: readonly LevelType[];
  /** From coarse to fine. */
  readonly upLevels: readonly LevelType[];
  /** Residual blocks of a level on the way down; one more on the way up. */
  readonly blocksPerLevel: number;
  /** Whether there are blocks between the way down and the way up, and whether they attend. */
  readonly middle: "none" | "plain" | "attention";
  /** What the middle's residuals are divided by. */
  readonly middleScale: number;
  /** Groups of the norm before the middle's attention; 0 for none. */
  readonly middleNormGroups: number;
  /** Zeros around the maps that are halved by a convolution: 1 on all sides, or 0 for one below and on the right. */
  readonly downPadding: 0 | 1;
  readonly activation: string;
  readonly dropout: number;
  /** Numbers of an attention head; each attention has one head where it is undefined. */
  readonly headSize?: number;
  readonly normGroups: number;
  readonly epsilon: number;
  /** What the time does in a residual block: it is added, or it scales and shifts. */
  readonly timeConditioning: "default" | "scale_shift";
  /** Numbers of the embedded time. */
  readonly timeSize: number;
  /**
   * How a time becomes waves: at fixed speeds, or at those that the checkpoint drew, of the time's logarithm (Song et
   * al., arXiv 2011.13456, appendix H.2), where the model's answer is also divided by the time.
   */
  readonly timeWaves: "fixed" | "drawn";
  readonly frequencyShift: number;
  /** Whether cosines come before sines. */
  readonly cosinesFirst: boolean;
  /** Whether the sample is brought from [0, 1] to [−1, 1]. */
  readonly centersSample: boolean;
  /** How a class enters: not at all, by a table, or as the time does. */
  readonly classEmbedding: "none" | "table" | "time";
  /** Absent where it reads no captions. */
  readonly captions?: CaptionConfig;
}

const downTypes: Readonly<Record<string, LevelType>> = {
  DownBlock2D: { hasAttention: false, resampling: "conv" },
  ResnetDownsampleBlock2D: { hasAttention: false, resampling: "resnet" },
  AttnDownBlock2D: { hasAttention: true, resampling: undefined },
};
const upTypes: Readonly<Record<string, LevelType>> = {
  UpBlock2D: { hasAttention: false, resampling: "conv" },
  ResnetUpsampleBlock2D: { hasAttention: false, resampling: "resnet" },
  AttnUpBlock2D: { hasAttention: true, resampling: undefined },
};
const resamplings = ["conv", "resnet"];
const attentionDown = "AttnDownBlock2D";
const attentionUp = "AttnUpBlock2D";
/** Of diffusers' `UNet2DModel`, where a field is absent. */
const usual = {
  channels: 3,
  levelChannels: [224, 448, 672, 896],
  down: ["DownBlock2D", attentionDown, attentionDown, attentionDown],
  up: [attentionUp, attentionUp, attentionUp, "UpBlock2D"],
  blocksPerLevel: 2,
  headSize: 8,
  normGroups: 32,
  epsilon: 1e-5,
} as const;
/** The embedded time has so many times the channels of the finest level unless the config says otherwise. */
const timeFactor = 4;

/** Reads the fields; those that are not computed are refused by name. */
export function readUnet2dConfig(json: Readonly<Record<string, unknown>>): Unet2dConfig {
  const read = configReader(json);
  const levelChannels = read.sizes("block_out_channels", usual.levelChannels);
  const levels = levelChannels.length;
  const normGroups = read.size("norm_num_groups", usual.normGroups);
  const timeConditioning = read.oneOf(
    "resnet_time_scale_shift",
    ["default", "scale_shift"],
    "default",
  ) as "default";
  const headSize = read.value("attention_head_dim") === null
    ? undefined
    : read.size("attention_head_dim", usual.headSize);
  const timeType = read.oneOf("time_embedding_type", ["positional", "fourier"], "positional");
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
    blocksPerLevel: read.depth("layers_per_block", usual.blocksPerLevel),
    middle: middleOf(read),
    middleScale: read.positive("mid_block_scale_factor", 1),
    middleNormGroups: middleNormGroups(read, timeConditioning, normGroups),
    downPadding: read.value("downsample_padding") === 0 ? 0 : 1,
    activation: read.oneOf("act_fn", ["silu", "swish", "gelu", "relu"], "silu"),
    dropout: read.share("dropout", 0),
    ...(headSize === undefined ? {} : { headSize }),
    normGroups,
    epsilon: read.positive("norm_eps", usual.epsilon),
    timeConditioning,
    timeSize: read.size("time_embedding_dim", timeFactor * levelChannels[0]),
    timeWaves: timeType === "fourier" ? "drawn" : "fixed",
    frequencyShift: frequencyShiftOf(read, levelChannels[0]),
    cosinesFirst: read.flag("flip_sin_to_cos", true),
    centersSample: read.flag("center_input_sample", false),
    classEmbedding: classEmbeddingOf(read),
  };
  checkSizes(read, config);
  read.finish();
  return config;
}

/** The number of times by which maps are halved, as a factor of height and width. */
export function coarsening({ levelChannels }: Pick<Unet2dConfig, "levelChannels">): number {
  return 2 ** (levelChannels.length - 1);
}

function levelsOf(read: ConfigReader, way: "down" | "up", levels: number): LevelType[] {
  const isDown = way === "down";
  const types = isDown ? downTypes : upTypes;
  const field = `${way}_block_types`;
  const given = read.value(field) === undefined && levels === usual[way].length
    ? usual[way]
    : read.texts(field, Object.keys(types), levels);
  if (!given) {
    if (read.value(field) === undefined) read.wrong(field, `a list of ${levels} names`);
    return Array.from({ length: levels }, () => Object.values(types)[0]);
  }
  const resampling = read.oneOf(
    isDown ? "downsample_type" : "upsample_type",
    resamplings,
    "conv",
  ) as Resampling;
  return given.map((name, level) => {
    const own = types[name];
    const isLast = level === levels - 1;
    return { ...own, resampling: isLast ? undefined : own.resampling ?? resampling };
  });
}

function middleOf(read: ConfigReader): Unet2dConfig["middle"] {
  if (read.value("mid_block_type") === null) return "none";
  read.oneOf("mid_block_type", ["UNetMidBlock2D"], "UNetMidBlock2D");
  return read.flag("add_attention", true) ? "attention" : "plain";
}

/** Where the time scales and shifts, the middle's attention has a norm only if the config says so. */
function middleNormGroups(
  read: ConfigReader,
  timeConditioning: string,
  normGroups: number,
): number {
  const isGiven = (read.value("attn_norm_num_groups") ?? undefined) !== undefined;
  if (isGiven) return read.size("attn_norm_num_groups");
  return timeConditioning === "default" ? normGroups : 0;
}

/** `freq_shift`, which must leave waves of different speeds. */
export function frequencyShiftOf(read: ConfigReader, channels: number): number {
  const shift = read.value("freq_shift") ?? 0;
  const half = channels / 2;
  if (!Number.isInteger(half)) read.wrong("block_out_channels", "even numbers");
  if (typeof shift === "number" && shift >= 0 && shift < half) return shift;
  read.wrong("freq_shift", `a number from 0 below half of the first block_out_channels (${half})`);
  return 0;
}

function classEmbeddingOf(read: ConfigReader): Unet2dConfig["classEmbedding"] {
  const isGiven = (field: string) => (read.value(field) ?? undefined) !== undefined;
  if (isGiven("class_embed_type")) {
    read.oneOf("class_embed_type", ["timestep"], "timestep");
    return "time";
  }
  if (!isGiven("num_class_embeds")) return "none";
  read.size("num_class_embeds");
  return "table";
}

function checkSizes(read: ConfigReader, config: Unet2dConfig): void {
  const { levelChannels, normGroups, headSize, downLevels, upLevels, imageSize } = config;
  const padding = read.value("downsample_padding") ?? 1;
  if (padding !== 0 && padding !== 1) read.wrong("downsample_padding", "0 or 1");
  for (const channels of levelChannels) {
    read.divides("norm_num_groups", normGroups, "block_out_channels", channels);
  }
  const attending = levelChannels.filter((_, level) =>
    downLevels[level].hasAttention || upLevels[levelChannels.length - 1 - level].hasAttention ||
    level === levelChannels.length - 1 && config.middle === "attention"
  );
  for (const channels of headSize === undefined ? [] : attending) {
    read.divides("attention_head_dim", headSize!, "block_out_channels", channels);
  }
  if (config.middle === "attention" && config.middleNormGroups > 0) {
    read.divides(
      "attn_norm_num_groups",
      config.middleNormGroups,
      "block_out_channels",
      levelChannels.at(-1)!,
    );
  }
  const factor = coarsening(config);
  if (imageSize.some((size) => size % factor !== 0)) {
    read.wrong("sample_size", `a multiple of ${factor}, since maps are halved so often`);
  }
}
