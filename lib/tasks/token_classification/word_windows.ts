/**
 * Cuts a text that is too long into windows that begin and end between words.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { TokenWindow } from "../../text/windows.ts";
import type { WordUnit } from "./word_units.ts";

/** How to cut. */
export interface WordWindowsOptions {
  /** The most tokens of a window. */
  readonly room: number;
  /** Tokens of the window before; a quarter of the room unless given. */
  readonly stride?: number | undefined;
}

/** A window and the units that it learns and answers. */
export interface UnitWindow extends TokenWindow {
  /** Positions in the list of units. */
  readonly units: readonly number[];
}

const windowsPerStride = 4;

/**
 * The windows of a text of `length` tokens. Each has at least `stride` tokens of the one before, unless
 * its first word is longer; a word longer than a window is cut. Every unit is in the `units` of the one window that shows
 * the most tokens on its shorter side, where the text's own ends count as far away; a window that is left
 * without any is not among the results, unless it is the only one.
 *
 * Throws a `TunebookError` of kind "input" for a stride that leaves no progress.
 */
export function wordWindows(
  length: number,
  units: readonly WordUnit[],
  { room, stride = Math.floor(room / windowsPerStride) }: WordWindowsOptions,
): UnitWindow[] {
  if (room < 1 || (length > room && stride >= room)) {
    throw new TunebookError(
      "input",
      `a stride of ${stride} tokens does not fit into windows with room for ${room} tokens of the ` +
        "text; choose a smaller stride or a larger maxTokens",
    );
  }
  const windows = cut(length, units, room, stride);
  const own: number[][] = windows.map(() => []);
  units.forEach((unit, at) => own[bestWindow(windows, unit)].push(at));
  return windows.map((window, at) => ({ ...window, units: own[at] }))
    .filter(({ units }) => units.length > 0 || windows.length === 1);
}

function cut(
  length: number,
  units: readonly WordUnit[],
  room: number,
  stride: number,
): TokenWindow[] {
  const borders = units.map(({ from }) => from);
  const lastBorder = (most: number) => borders.findLast((border) => border <= most) ?? 0;
  const windows: TokenWindow[] = [];
  for (let start = 0, reached = 0;;) {
    if (start + room >= length) return [...windows, { start, end: length }];
    const border = lastBorder(start + room);
    const end = border > start ? border : start + room;
    if (end > reached) windows.push({ start, end });
    reached = end;
    const next = lastBorder(end - stride);
    start = next > start ? next : Math.min(end, borders.find((border) => border > start) ?? end);
  }
}

/** The window that shows the most around a unit, the first one of a tie. */
function bestWindow(windows: readonly TokenWindow[], { from, to }: WordUnit): number {
  let best = 0;
  let most = -Infinity;
  windows.forEach(({ start, end }, at) => {
    if (from < start || from >= end) return;
    const before = start === 0 ? Infinity : from - start;
    const isLast = at === windows.length - 1;
    const after = isLast ? Infinity : end - to; // negative where the unit is cut
    const shown = Math.min(before, after);
    if (shown <= most) return;
    [best, most] = [at, shown];
  });
  return best;
}
