/**
 * Figures that were asked for, the bounds that they have to keep, and what was measured of them.
 *
 * @module
 */
import values from "./values.json" with { type: "json" };
import areas from "./promises.json" with { type: "json" };

/** A figure that was asked for. */
export interface MeasuredPromise {
  /** By which `--run` and the values know it. */
  readonly name: string;
  /** What the figure is, in a few words. */
  readonly what: string;
  /** The largest value that keeps the promise. */
  readonly most?: number;
  /** The smallest value that keeps it. */
  readonly least?: number;
  /** Behind the value, such as " s" or " MB". */
  readonly unit?: string;
  /** What measures it, from the root of the project; `PYTHON` stands for a Python with what the command needs. */
  readonly command: string;
  /** A regular expression whose first group is the value in what the command prints. */
  readonly reads?: string;
  /** What it is compared with, its version and setting. */
  readonly peer?: string;
  /** Why the promise is missed, where it is. */
  readonly reason?: string;
}

/** Figures that belong together. */
export interface PromiseArea {
  readonly title: string;
  readonly promises: readonly MeasuredPromise[];
}

/** What was measured of a promise. */
export interface MeasuredValue {
  readonly value: number;
  /** The commit that was measured; none where it was not written down. */
  readonly tree?: string;
  /** Year, month and day. */
  readonly date: string;
  readonly processor: string;
  /** What a reader has to know of the measurement, such as how many seeds it has. */
  readonly note?: string;
}

/** All figures, in the order of the table. */
export const promiseAreas: readonly PromiseArea[] = areas;

/** What was measured, by the promise's name. */
export const measuredValues: Readonly<Record<string, MeasuredValue | undefined>> = values;

/** Whether a value keeps a promise. */
export function keeps({ most, least }: MeasuredPromise, value: number): boolean {
  return (most === undefined || value <= most) && (least === undefined || value >= least);
}
