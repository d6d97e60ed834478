/**
 * Cuts a sequence that is too long into overlapping windows.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";

/** A stretch of tokens, from `start` up to but without `end`. */
export interface TokenWindow {
  start: number;
  end: number;
}

/**
 * The windows of a sequence of `length` tokens that each hold at most `room` tokens and share
 * `stride` tokens with the window before, as `return_overflowing_tokens` with `stride` of
 * transformers cuts them: all but the last are full, and the last ends where the sequence ends.
 * One window, possibly empty, when everything fits.
 *
 * Throws a `TunebookError` of kind "input" when a number is not whole or negative, and when
 * `stride` leaves no progress from one window to the next.
 */
export function windowsOf(length: number, room: number, stride: number): TokenWindow[] {
  for (const [name, value] of Object.entries({ length, room, stride })) {
    if (!Number.isInteger(value) || value < 0) {
      throw new TunebookError("input", `${name} is ${value}; it must be a whole number of tokens`);
    }
  }
  if (length <= room) return [{ start: 0, end: length }];
  if (stride >= room) {
    throw new TunebookError(
      "input",
      `a stride of ${stride} tokens does not fit into windows with room for ${room} of the ` +
        `${length} tokens; choose a smaller stride or more tokens for each window`,
    );
  }
  const windows: TokenWindow[] = [];
  for (let start = 0, end = 0; end < length; start += room - stride) {
    end = Math.min(start + room, length);
    windows.push({ start, end });
  }
  return windows;
}
