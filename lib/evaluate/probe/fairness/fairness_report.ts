/**
 * What is known of groups.
 *
 * @module
 */
import type { GroupRates, RateGaps } from "./group_rates.ts";

/** A gap between groups. */
export interface FairnessGap {
  readonly value: number;
  /** The 95 % interval by the bootstrap over the rows of each group. */
  readonly low: number;
  readonly high: number;
  /** The chance of so large a gap between groups that were drawn by lot: gaps are never below 0. */
  readonly pValue: number;
}

/** Gaps and rates of groups; shows itself as two tables. */
export interface FairnessReport {
  readonly positive: string;
  readonly groups: readonly (GroupRates & { readonly name: string; readonly rows: number })[];
  readonly gaps: Readonly<Record<keyof RateGaps, FairnessGap>>;
  /** Rates that a group does not have, and that gaps leave out. */
  readonly notes: readonly string[];
  toString(): string;
}
