/**
 * How a user may run the peer: as it is, compiled, in mixed precision. Nothing is compared with one
 * way alone.
 *
 * @module
 */
import { hasBfloat16Products, type HostProcessor } from "../lib/engine/mod.ts";

/** How the peer computes a step. */
export interface PeerSettings {
  /** `torch.compile` with its default backend and mode. */
  readonly compiled: boolean;
  /** PyTorch's mixed precision: weights in float32, products in bfloat16. */
  readonly bfloat16: boolean;
}

/** A way with its name. */
export interface PeerWay<Settings> {
  readonly name: string;
  readonly settings: Settings;
}

/** As PyTorch computes unless told otherwise. */
export const eager: PeerSettings = { compiled: false, bfloat16: false };

/** The ways of a step. */
export const stepWays: readonly PeerWay<PeerSettings>[] = [
  { name: "eager float32", settings: eager },
  { name: "compiled float32", settings: { ...eager, compiled: true } },
  { name: "eager bfloat16", settings: { ...eager, bfloat16: true } },
  { name: "compiled bfloat16", settings: { compiled: true, bfloat16: true } },
];

/** How a language model's trainer computes. */
export interface LanguageSettings extends PeerSettings {
  readonly gradientCheckpointing: boolean;
}

/** The ways of TRL's trainer, whose own default keeps the inputs of layers alone. */
export const languageWays: readonly PeerWay<LanguageSettings>[] = [
  ...stepWays.map(({ name, settings }) => ({
    name,
    settings: { ...settings, gradientCheckpointing: false },
  })),
  { name: "eager float32, checkpointed", settings: { ...eager, gradientCheckpointing: true } },
];

/** How PEFT holds the base of LoRA. */
export interface BaseSettings extends PeerSettings {
  /** float32, or quantised by bitsandbytes. */
  readonly base: "float32" | "nf4" | "int8";
}

/** The ways of LoRA with a base in float32, and with bitsandbytes' of the same format. */
export function baseWays(format: "nf4" | "int8"): readonly PeerWay<BaseSettings>[] {
  return [
    ...stepWays.map(({ name, settings }) => ({
      name,
      settings: { ...settings, base: "float32" } as const,
    })),
    ...stepWays.filter(({ settings }) => !settings.compiled).map(({ name, settings }) => ({
      name: `bitsandbytes ${format}, ${name}`,
      settings: { ...settings, base: format },
    })),
  ];
}

/** How Trainer chooses its batches: its default, and its faster setting. */
export type Sampling = "random" | "group_by_length";

/** How Trainer runs. */
export interface TrainerSettings extends PeerSettings {
  readonly sampling: Sampling;
  /** Compiles for all lengths at once, rather than for the first and then for more. */
  readonly dynamic: boolean;
}

/** The ways of an epoch of Trainer. */
export const trainerWays: readonly PeerWay<TrainerSettings>[] = [
  ...(["random", "group_by_length"] as const).flatMap((sampling) =>
    stepWays.filter(({ settings }) => !settings.compiled).map(({ name, settings }) => ({
      name: `${sampling === "random" ? "random order" : "by length"}, ${name}`,
      settings: { ...settings, sampling, dynamic: false },
    }))
  ),
  ...[false, true].flatMap((dynamic) =>
    stepWays.filter(({ settings }) => settings.compiled).map(({ name, settings }) => ({
      name: `by length, ${name}${dynamic ? ", dynamic" : ""}`,
      settings: { ...settings, sampling: "group_by_length" as const, dynamic },
    }))
  ),
];

/** What settings have in common with the eager ones that differ from them in compiling alone. */
export function eagerOf(settings: PeerSettings): string {
  const same = { ...settings, compiled: false };
  // What is not compiled knows no lengths.
  return JSON.stringify("dynamic" in same ? { ...same, dynamic: false } : same);
}

/**
 * The ways with those first that are likely the fastest, so that slow ones can be told by them; what
 * is compiled comes after the same without compiling.
 */
export function likelyFastestFirst<Settings extends PeerSettings>(
  ways: readonly PeerWay<Settings>[],
  processor: HostProcessor | undefined,
): readonly PeerWay<Settings>[] {
  const bfloat16 = processor !== undefined && hasBfloat16Products(processor);
  const place = ({ settings }: PeerWay<Settings>) =>
    (settings.bfloat16 === bfloat16 ? 0 : 2) + (settings.compiled ? 1 : 0);
  return ways.toSorted((a, b) => place(a) - place(b));
}
