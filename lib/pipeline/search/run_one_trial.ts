/**
 * Runs one trial of a search whose driver is another process, to which it tells by lines of text how it goes.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { interruption } from "../../core/interruption.ts";
import { isRecord } from "../../core/objects.ts";
import { checkHistory } from "../../search/check_history.ts";
import type { Point } from "../../search/space/dimension.ts";
import { checkAlone } from "../run/check_alone.ts";
import { onInterrupt } from "../run/on_interrupt.ts";
import { checkRunOptions, type RunOptions } from "../run/run_options.ts";
import { rowsHash } from "./about_search.ts";
import { searchBases } from "./search_bases.ts";
import type { CheckedSearch } from "./search_spec.ts";
import { writeTrialLine } from "./trial_lines.ts";
import { trialsHere } from "./trials_here.ts";

/** A trial of another process's search. */
export interface TrialOrder {
  readonly number: number;
  readonly point: Point;
  /** What the search's rows are known by. */
  readonly rows: string;
}

/** A line for steps at most so often. */
const restMilliseconds = 1000;

/** Reads an order; throws an error of kind "input" for what is none. */
export function trialOrderOf(json: string): TrialOrder {
  let made: unknown;
  try {
    made = JSON.parse(json);
  } catch {
    // What is no JSON is no order either.
  }
  if (
    isRecord(made) && Number.isSafeInteger(made.number) && isRecord(made.point) &&
    typeof made.rows === "string"
  ) return made as unknown as TrialOrder;
  throw new TunebookError(
    "input",
    `a trial is ordered by its number, its point and its rows as JSON, but got ${json}`,
  );
}

/**
 * Trains and scores. `say` takes the lines, of which the last one tells what came of it.
 *
 * @throws {TunebookError} of kind `input` where the space has no such point and where the rows are others than those
 * of the search; of kind `interrupted` where it was stopped.
 */
export async function runOneTrial(
  search: CheckedSearch,
  { number, point, rows }: TrialOrder,
  { say, ...options }: RunOptions & { readonly say: (line: string) => void },
): Promise<void> {
  checkRunOptions(options);
  const { trackers: _, name: __, ...alone } = options;
  checkAlone("a trial", alone);
  const { laidOut: { dimensions } } = search;
  const trial = { number: 0, point, state: "pending", reports: [] } as const;
  checkHistory({ dimensions, better: ["lower"], seed: 0, trials: [trial] });
  using interrupt = onInterrupt(options.signal);
  const { signal } = interrupt;
  await using bases = await searchBases(search, options, signal);
  if (await rowsHash(bases.rows) !== rows) {
    throw new TunebookError(
      "input",
      `the rows of trial ${number} are others here than where the search runs: the files that the plan names ` +
        "differ between the machines, or so do their versions of tunebook",
    );
  }
  let next = 0;
  const outcome = await trialsHere(search, bases, options).run({
    ...{ number, point, signal },
    ended: new AbortController().signal,
    onStep({ step, totalSteps, epoch }) {
      if (performance.now() < next && step < totalSteps) return;
      next = performance.now() + restMilliseconds;
      say(writeTrialLine({ step, totalSteps, epoch }));
    },
    onScore(score, epochs, isLast) {
      say(writeTrialLine({ score, epochs, isLast }));
      return undefined;
    },
  });
  say(writeTrialLine({ outcome }));
  if (outcome.state === "interrupted") throw interruption(`trial ${number} was stopped`);
}
