/**
 * Which blocks a UNet2D has on its way down, in the middle and on its way up.
 *
 * @module
 */
import type { Unet2dConfig } from "./unet2d_config.ts";

/** A residual block with its sizes. */
export interface ResidualBlock {
  readonly path: string;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Halves or doubles height and width on its way. */
  readonly resamples?: "down" | "up";
  /** What the sum is divided by; 1 unless given. */
  readonly scale?: number;
}

/** An attention over a map with its sizes. */
export interface MapAttention {
  readonly path: string;
  readonly channels: number;
  /** The level, counted from the finest. */
  readonly level: number;
  /** Counted through the whole model; of a transformer the first of its blocks. */
  readonly layer: number;
  /** Groups of the norm before it; 0 for none. */
  readonly normGroups: number;
  /** What the sum is divided by; 1 unless given. */
  readonly scale?: number;
}

/** Blocks that work on maps of one size, and what changes that size after them. */
export interface Level {
  readonly residuals: readonly ResidualBlock[];
  /** One after each residual block, or none. */
  readonly attentions: readonly MapAttention[];
  /** Where its resampler's layers lie, and what it is. */
  readonly resampler?: ResidualBlock | { readonly path: string; readonly channels: number };
}

/** All blocks. */
export interface Blocks {
  readonly down: readonly Level[];
  readonly middle: Level | undefined;
  readonly up: readonly Level[];
}

/** Makes an attention of a level, counted from the finest; its norm has the config's groups unless given. */
type MakeAttention = (path: string, level: number, normGroups?: number) => MapAttention;

/** The blocks that a config makes. */
export function blocksOf(config: Unet2dConfig): Blocks {
  let attentions = 0;
  const attention: MakeAttention = (path, level, normGroups = config.normGroups) => {
    const layer = attentions;
    attentions += config.captions?.levelBlocks[level] ?? 1;
    return { path, channels: config.levelChannels[level], level, layer, normGroups };
  };
  const level = (
    way: "down" | "up",
    at: number,
    channels: number,
    inputs: readonly number[],
  ): Level => {
    const path = `${way}_blocks.${at}`;
    const fromFinest = way === "down" ? at : config.levelChannels.length - 1 - at;
    const { hasAttention, resampling } = config[`${way}Levels`][at];
    const resampler = `${path}.${way}samplers.0`;
    return {
      residuals: inputs.map((inChannels, i) => ({
        path: `${path}.resnets.${i}`,
        inChannels,
        outChannels: channels,
      })),
      attentions: hasAttention
        ? inputs.map((_, i) => attention(`${path}.attentions.${i}`, fromFinest))
        : [],
      ...resampling === "conv" ? { resampler: { path: `${resampler}.conv`, channels } } : {},
      ...resampling === "resnet"
        ? {
          resampler: {
            path: resampler,
            inChannels: channels,
            outChannels: channels,
            resamples: way,
          },
        }
        : {},
    };
  };
  const { levelChannels, blocksPerLevel } = config;
  const coarse = levelChannels.toReversed();
  const down = levelChannels.map((channels, at) =>
    level("down", at, channels, [
      levelChannels[at - 1] ?? levelChannels[0],
      ...Array<number>(blocksPerLevel - 1).fill(channels),
    ])
  );
  const middle = middleOf(config, attention);
  const up = coarse.map((channels, at) => {
    const before = coarse[at - 1] ?? coarse[0];
    const after = coarse[at + 1] ?? channels;
    // What the way down gave at this size stands beside; the last one is of the finer level.
    const inputs = Array.from(
      { length: blocksPerLevel + 1 },
      (_, i) => (i === 0 ? before : channels) + (i === blocksPerLevel ? after : channels),
    );
    return level("up", at, channels, inputs);
  });
  return { down, middle, up };
}

function middleOf(
  { middle, levelChannels, middleScale: scale, middleNormGroups }: Unet2dConfig,
  attention: MakeAttention,
): Level | undefined {
  if (middle === "none") return undefined;
  const coarsest = levelChannels.length - 1;
  const channels = levelChannels[coarsest];
  return {
    residuals: [0, 1].map((i) => ({
      path: `mid_block.resnets.${i}`,
      inChannels: channels,
      outChannels: channels,
      scale,
    })),
    attentions: middle === "attention"
      ? [{ ...attention("mid_block.attentions.0", coarsest, middleNormGroups), scale }]
      : [],
  };
}
