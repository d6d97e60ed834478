/**
 * Reward for an answer that is a program which does what it should.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { isRecord } from "../../core/objects.ts";
import {
  notNegative,
  oneOf,
  positive,
  required,
  type Rules,
  text,
  whole,
} from "../../core/option_rules.ts";
import { shownName } from "../../core/quoted.ts";
import type { BatchReward, RewardSample, RewardValue } from "../../nn/reward.ts";
import type { CaseOutcome } from "../sandbox/code_task.ts";
import { runCode } from "../sandbox/run_code.ts";
import { fencedBlock } from "./fenced_block.ts";
import { rowValue, wrongValue } from "./row_value.ts";

/** Which function is called with what, and what it may cost. */
export interface CodeRunsOptions {
  /** The name of the function, or the column that has it. */
  readonly entry: string | { readonly column: string };
  /** The column with the cases, `tests` unless given: `[{ input: [1, 2], output: 3 }]`, or its JSON. */
  readonly tests?: string;
  /** What counts: the share of cases that are right (unless given), or 1 only where all are. */
  readonly score?: "share" | "all";
  /** By how much a number may differ, times the greater of 1 and its size: 1e-9 unless given. */
  readonly tolerance?: number;
  /** Seconds that all cases of an answer may take together: 5 unless given. */
  readonly timeoutSeconds?: number;
  /** Memory of the process in megabytes, about 50 of which Deno takes itself: 256 unless given. */
  readonly maxMemory?: number;
  /** How many answers are run at a time: as many as the machine has cores unless given. */
  readonly concurrency?: number;
}

/** A call and what it should give. */
interface CodeCase {
  readonly input: readonly unknown[];
  readonly output: unknown;
}

const rules: Rules<CodeRunsOptions> = {
  entry: required([
    "the name of a function, or { column } where the rows have it",
    (value) => isName(value) || isRecord(value) && text[1](value.column),
  ]),
  tests: text,
  score: oneOf(["share", "all"]),
  tolerance: notNegative,
  timeoutSeconds: positive,
  maxMemory: whole,
  concurrency: whole,
};

const languages = ["ts", "typescript", "js", "javascript", "tsx", "jsx", "mjs", "mts"];

/**
 * Runs the TypeScript of an answer, its last fenced block or all of it, and gives the share of test cases
 * for which its function returns what it should. Code that is wrong, takes too long or too much memory gets
 * 0 for the cases that it did not reach. It does not apply to rows without cases.
 *
 * The code runs in a worker of a process of its own without any permission: it reads no file, environment
 * or address and starts nothing, and what it is compared with never leaves this process. The right outputs
 * are values of JSON. The program needs `--allow-run` for Deno.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense. The reward throws one of kind
 * `data` for rows whose cases or function names are none, and of kind `input` where no process may be
 * started.
 *
 * @example
 * ```ts
 * import { codeRuns, rewardJudge } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const judge = rewardJudge({ works: codeRuns({ entry: "twice" }) });
 * const asked = { prompt: "Write twice(n).", completionTokens: 9, finished: true, step: 0 };
 * const row = { tests: [{ input: [2], output: 4 }, { input: [0.1], output: 0.2 }] };
 * const { totals } = await judge.judge([
 *   { ...asked, row, completion: "const twice = (n: number) => n + n;" },
 *   { ...asked, row, completion: "const twice = (n: number) => n ** 2;" },
 * ]);
 * assert.deepEqual(totals, [1, 0.5]);
 * ```
 */
export function codeRuns(options: CodeRunsOptions): BatchReward {
  checkOptions("codeRuns", options, rules);
  const { entry, tests = "tests", concurrency = navigator.hardwareConcurrency } = options;
  const { concurrency: _, ...settings } = options;
  return {
    settings,
    columns: typeof entry === "string" ? [tests] : [tests, entry.column],
    async rewardBatch(samples, { signal }) {
      const values: RewardValue[] = [];
      // What one row throws ends the processes of the others.
      const others = new AbortController();
      const either = AbortSignal.any([signal, others.signal]);
      let next = 0;
      const worker = async () => {
        while (next < samples.length) {
          const at = next++;
          values[at] = await judged(samples[at], options, either);
        }
      };
      const count = Math.min(concurrency, samples.length);
      const working = Array.from({ length: count }, worker);
      try {
        await Promise.all(working);
      } finally {
        others.abort();
        await Promise.allSettled(working);
      }
      return values;
    },
  };
}

async function judged(
  sample: RewardSample,
  options: CodeRunsOptions,
  signal: AbortSignal,
): Promise<RewardValue> {
  const { tests = "tests", score = "share", tolerance = 1e-9 } = options;
  const { timeoutSeconds = 5, maxMemory = 256 } = options;
  const cases = casesOf(sample, tests);
  if (cases === null) return null;
  const { outcomes } = await runCode({
    code: fencedBlock(sample.completion, languages),
    entry: nameOf(sample, options.entry),
    inputs: cases.map(({ input }) => input),
    timeoutSeconds,
    maxMemoryBytes: maxMemory * 2 ** 20,
  }, signal);
  const right = cases.filter(({ output }, at) => isRight(outcomes[at], output, tolerance)).length;
  return score === "all" ? Number(right === cases.length) : right / cases.length;
}

function casesOf(sample: RewardSample, column: string): readonly CodeCase[] | null {
  const value = rowValue(sample, column);
  const cases = typeof value === "string" ? parsed(value) : value;
  if (cases === null || Array.isArray(cases) && cases.length === 0) return null;
  if (!Array.isArray(cases) || !cases.every(isCase)) {
    throw wrongValue(column, value, "a list of cases, { input: [2], output: 4 }, or its JSON");
  }
  return cases;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isCase(value: unknown): value is CodeCase {
  return isRecord(value) && Array.isArray(value.input) && value.output !== undefined;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(value);
}

function nameOf(sample: RewardSample, entry: CodeRunsOptions["entry"]): string {
  if (typeof entry === "string") return entry;
  const name = rowValue(sample, entry.column);
  if (isName(name)) return name;
  throw wrongValue(entry.column, name, `the name of a function, as ${shownName("solve")}`);
}

function isRight(outcome: CaseOutcome, right: unknown, tolerance: number): boolean {
  return "output" in outcome && isEqual(outcome.output, right, tolerance);
}

/** Whether two values of JSON are the same but for rounding. */
function isEqual(a: unknown, b: unknown, tolerance: number): boolean {
  if (typeof a === "number" && typeof b === "number") {
    return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, at) => isEqual(each, b[at], tolerance));
  }
  if (!isRecord(a) || !isRecord(b) || Array.isArray(a) || Array.isArray(b)) return a === b;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name], tolerance));
}
