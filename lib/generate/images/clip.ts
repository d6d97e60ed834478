/**
 * The range that predicted clean images are kept in.
 *
 * @module
 */
import type { SamplingSettings } from "../../tasks/image_generation/noise_schedule_options.ts";

/** Images have numbers from −1 to 1. */
const defaultRange = 1;

/** Keeps a number within the range of the settings. */
export function clipOf(
  { clipRange = defaultRange }: SamplingSettings,
): (value: number) => number {
  if (clipRange === null) return (value) => value;
  return (value) => Math.min(clipRange, Math.max(-clipRange, value));
}
