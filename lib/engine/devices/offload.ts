/**
 * Frozen weights that stay on disk: what is asked for, and what it means to a device.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { positive, type Rule, type Rules } from "../../core/option_rules.ts";

/** How frozen weights are offloaded to disk. */
export interface OffloadOptions {
  /**
   * The most megabytes (10⁶ bytes, float32) of frozen weights that are in memory at once. A program with more
   * runs in segments of so many. At least the model's largest tensor, mostly its word table.
   */
  readonly megabytes: number;
}

/** How large the segments are in which a program with few of the frozen weights in memory runs. */
export type SegmentOptions = Pick<OffloadOptions, "megabytes">;

/** The rule of an option `offload`. */
export const offloadRule: Rule = ["such as { megabytes: 256 }", isRecord];

const [wants, fits] = positive;
const rules: Rules<SegmentOptions> = { megabytes: [wants, fits, undefined, true] };
const bytesPerMegabyte = 1e6;

/**
 * The bytes of a segment.
 *
 * @param what the option's name
 * @throws TunebookError of kind "input" for options that make no sense, of kind "unsupported" for a device that
 * holds all weights
 */
export function segmentBytesOf(
  what: "offload" | "shard",
  options: SegmentOptions,
  device: string,
): number {
  checkOptions(what, options, rules);
  if (device === "cpu") return Math.floor(options.megabytes * bytesPerMegabyte);
  throw new TunebookError(
    "unsupported",
    `the device ${device} holds all weights; ${what} is for the device cpu`,
  );
}
