/**
 * What is looked at for changes.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { abortSignal, type Rules, wholeFrom0, yesOrNo } from "../../core/option_rules.ts";

/** What is looked at for changes. */
export interface ChangesOptions {
  /** Of so many held-out rows the hidden states are compared, of the first ones; 32 unless given, none with 0. */
  readonly rows?: number;
  /** Effective ranks are found, which takes long for large matrices that are trained whole; true unless given. */
  readonly ranks?: boolean;
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal;
}

const rules: Rules<ChangesOptions> = { rows: wholeFrom0, ranks: yesOrNo, signal: abortSignal };

/** Throws an error of kind "input" for options that make no sense. */
export function checkChangesOptions(options: unknown): void {
  checkOptions("changes", options, rules);
}
