/**
 * Whose turn it is in a comparison: all methods with the first seed, then all with the next. A method
 * that fails is left out from then on.
 *
 * @module
 */
import type { AnyPredictions } from "../../nn/predictions.ts";
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { isInterruption } from "../../core/interruption.ts";
import type { Method } from "../../nn/method.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import { type ComparedRuns, interrupted, type RunFigures } from "./compared_runs.ts";
import type { ComparedSeed } from "./comparison.ts";
import type { Pace, TrialTime } from "./comparison_budget.ts";
import { tryOut } from "./comparison_trial.ts";
import type { ComparisonView } from "./comparison_view.ts";
import type { ScoreInterval } from "./score_interval.ts";

/** A method while the comparison runs. */
export interface Contender {
  readonly name: string;
  /** As the plan names it. */
  readonly named: Method;
  readonly method: Method;
  readonly runs: ComparedSeed[];
  settings: TrainSettings;
  first?: {
    readonly figures: RunFigures;
    readonly predictions: AnyPredictions;
    /** Found when it is first shown: displays ask again and again. */
    interval?: ScoreInterval;
  };
  /** What a run threw. */
  error?: unknown;
}

/** How the turns go. */
export interface Turns {
  readonly seeds: number;
  readonly signal: AbortSignal;
  readonly view: ComparisonView;
  /** The epochs that fit, where there is a budget of time, and the seconds that are left. */
  readonly pace: Pace | undefined;
  left(): number;
  /** What was given up is added here. */
  readonly notes: string[];
}

/** Takes a few steps with each method. Those that fail get no time. */
export async function tryAll(
  runs: ComparedRuns,
  contenders: readonly Contender[],
  { signal, view }: Pick<Turns, "signal" | "view">,
): Promise<Record<string, TrialTime>> {
  const times: Record<string, TrialTime> = {};
  for (const each of contenders) {
    if (signal.aborted) throw interrupted();
    if (each.error !== undefined) continue;
    view.prepare(`a few steps with ${each.name} to see how fast it is`);
    await guarded(each, async () => {
      times[each.name] = await tryOut(runs, each.method, { settings: each.settings, signal });
    });
  }
  if (Object.keys(times).length === 0) throw failureOfAll(contenders);
  return times;
}

/** Calls `run` for all methods with each seed in turn. */
export async function takeTurns(
  contenders: readonly Contender[],
  { seeds, signal, view, pace, left, notes }: Turns,
  run: (contender: Contender, seed: number, note: (text: string) => void) => Promise<void>,
): Promise<void> {
  const total = contenders.length * seeds;
  let finished = 0;
  const aliveFrom = (at: number) =>
    contenders.slice(at).filter(({ error }) => error === undefined).length;
  for (let seed = 1; seed <= seeds; seed++) {
    if (seed > 1 && pace && !pace.fits(left())) {
      notes.push(`${seed - 1} of ${seeds} seeds: the time was up`);
      return;
    }
    for (const [at, each] of contenders.entries()) {
      if (signal.aborted) throw interrupted();
      if (each.error === undefined) {
        const { name } = each;
        if (pace && seed === 1) {
          const runs = aliveFrom(at) + aliveFrom(0) * (seeds - 1);
          const epochs = pace.epochsOf(name, { seconds: left(), runs });
          each.settings = { ...each.settings, epochs };
        }
        const note = (text: string) =>
          view.note(`${name}, seed ${seed}: ${text}`, { finished, total });
        note("starting");
        const began = performance.now();
        await guarded(each, async () => {
          await run(each, seed, note);
          const seconds = (performance.now() - began) / 1000;
          pace?.ran(name, { epochs: each.settings.epochs, seconds });
        });
      }
      finished++;
      await view.done({ finished, total });
    }
  }
}

/** Remembers what a method throws, so that the others go on. */
async function guarded(contender: Contender, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (isInterruption(error)) throw error;
    contender.error = error;
  }
}

/** The error of a comparison in which no method could be run. */
export function failureOfAll(contenders: readonly Contender[]): unknown {
  if (contenders.length === 1) return contenders[0].error;
  const [{ error }] = contenders;
  return mistakes(
    error instanceof TunebookError ? error.kind : "device",
    "every method of the comparison failed:",
    contenders.map(({ name, error }) => `${name}: ${messageOf(error)}`),
  );
}
