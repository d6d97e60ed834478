/**
 * What is known of a model that is served.
 *
 * @module
 */
import type { ShareInterval } from "./accuracy/estimated_accuracy.ts";
import type { SignalDrift } from "./drift/compare_rows.ts";
import type { LiveState } from "./live/request_numbers.ts";
import type { ProfileBin } from "./profile/reference_profile.ts";
import type { Alarm } from "./rules/alarms.ts";

/** One look at the latest rows. */
export interface WatchLook {
  /** Rows that were answered by then. */
  readonly rows: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The smallest corrected p-value times the looks at a window, at most 1; absent of too few rows. */
  readonly drift?: number;
  readonly estimated?: ShareInterval;
  /** Milliseconds that 95 % of the last requests took at most. */
  readonly p95?: number;
}

/** How right the answers are. */
export interface WatchedAccuracy {
  /** On the held-out rows. */
  readonly reference: ShareInterval;
  /** Estimated for the window's rows, without labels. */
  readonly estimated?: ShareInterval;
  /** Of the rows whose labels came later, by these labels. */
  readonly measured?: ShareInterval;
  /** What was estimated for these same rows; where the measured share is not inside, it was wrong. */
  readonly checked?: ShareInterval & { readonly holds: boolean };
  readonly calibration: readonly ProfileBin[];
}

/** An outlier: in which signals it is beyond all held-out rows. */
export interface WatchedOutlier {
  readonly id: string;
  readonly row: number;
  readonly at: number;
  readonly signals: readonly string[];
}

/** What is known of a model that is served. Plain data, without texts. */
export interface WatchState extends LiveState {
  readonly format: "tunebook watch report";
  readonly version: number;
  readonly model: string;
  readonly task: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly at: number;
  readonly requests: number;
  /** Inputs of these requests. */
  readonly rows: number;
  /** Requests that came too fast to be watched. */
  readonly unwatched: number;
  /** Held-out rows of the profile. */
  readonly referenceRows: number;
  /** Rows that are compared at a time, how often, and the rate of false alarms that was asked for. */
  readonly window: number;
  readonly looks: number;
  readonly alpha: number;
  /** The latest comparison, one line for each signal; empty before the first look. */
  readonly drift: readonly SignalDrift[];
  readonly history: readonly WatchLook[];
  readonly accuracy?: WatchedAccuracy;
  readonly outliers: {
    readonly rows: number;
    readonly found: number;
    readonly expectedShare: number;
    readonly latest: readonly WatchedOutlier[];
  };
  readonly raised: readonly string[];
  readonly alarms: readonly Alarm[];
}

/** A version of the report that this program reads. */
export const reportVersion = 1;
