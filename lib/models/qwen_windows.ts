/**
 * Which layers of a Qwen have a window.
 *
 * @module
 */
import type { ConfigReader } from "../nn/config_reader.ts";
import { type OwnFields, type OwnSizes, readOptional, readSliding } from "./llama_like_config.ts";

/** transformers' values of fields that a config lacks. */
const [defaultWindow, defaultFullLayers] = [4096, 28];

/** The window that `use_sliding_window` allows, for the layers from `max_window_layers` on. */
export function readQwenWindows(
  read: ConfigReader,
  sizes: OwnSizes,
): Pick<OwnFields, "sliding"> {
  const isUsed = read.flag("use_sliding_window", false);
  const window = isUsed ? readOptional(read, "size", "sliding_window", defaultWindow) : undefined;
  const fullLayers = read.value("max_window_layers") ?? defaultFullLayers;
  if (!Number.isSafeInteger(fullLayers) || (fullLayers as number) < 0) {
    read.wrong("max_window_layers", "a whole number from 0");
  }
  const sliding = readSliding(read, sizes, {
    window,
    isSliding: (layer) => window !== undefined && layer >= (fullLayers as number),
    missing: isUsed
      ? ["sliding_window", "a whole number above 0, because layer_types has sliding_attention"]
      : ["use_sliding_window", "true, because layer_types has sliding_attention"],
  });
  return sliding ? { sliding } : {};
}
