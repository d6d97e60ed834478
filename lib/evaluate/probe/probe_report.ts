/**
 * What comes of behavioural tests.
 *
 * @module
 */
import type { Image } from "../../image/image.ts";
import type { BehaviouralTest, ProbeCase } from "./behavioural_test.ts";

/** A case that failed. */
export interface ProbeFailure<Input = string> extends ProbeCase<Input> {
  /** What was said instead. */
  readonly why: string;
}

/** What came of one test. */
export interface ProbeResult<Input = string>
  extends Pick<BehaviouralTest, "kind" | "name" | "mostFailures"> {
  readonly cases: number;
  readonly failures: readonly ProbeFailure<Input>[];
  /** The share of cases that failed, with its 95 % interval over other cases. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  /** Whether no more failed than may. */
  readonly passed: boolean;
}

/** What came of all tests; shows itself as a table with failures. */
export interface ProbeReport<Input = string> {
  readonly tests: readonly ProbeResult<Input>[];
  /** Whether all tests passed. */
  readonly passed: boolean;
  toString(): string;
}

/** A report of tests of either kind of input. */
export type AnyProbeReport = ProbeReport<string | Image>;
