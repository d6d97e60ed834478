/**
 * Puts a checkpoint into the state of a run, if it is that run's.
 *
 * @module
 */
import { mistakes, TunebookError } from "../core/errors.ts";
import { sizeOf, type State } from "../engine/mod.ts";
import { parameters } from "../nn/trainable_model.ts";
import type { WordRows } from "../nn/word_rows.ts";
import type { Checkpoint, Fingerprint } from "./checkpoint.ts";
import { fingerprintValue } from "./fingerprint.ts";
import type { Tensors } from "./divergence.ts";

/** The run that wants to continue from a checkpoint. */
export interface ContinuedRun {
  readonly fingerprint: Fingerprint;
  /** The vectors of the state that it continues from. */
  readonly kept: readonly string[];
  /** What its optimizer keeps beside the state, with the sizes that it must have. */
  readonly statistics: Tensors;
  /** The momentum by which its processes meet, with the sizes that it must have. */
  readonly outerMomentum: Tensors;
  /** The rows of the word table that its state holds; all unless given. */
  readonly words?: WordRows | undefined;
}

/** Puts a checkpoint's tensors into the state; refuses the checkpoint of another run. */
export async function restoreCheckpoint(
  folder: string,
  state: State,
  checkpoint: Checkpoint,
  run: ContinuedRun,
): Promise<void> {
  const { fingerprint, kept, words } = run;
  const now: Fingerprint = JSON.parse(JSON.stringify(fingerprint));
  if (words && holdsAllWords(checkpoint, words, state) && !contradicts(checkpoint, now)) {
    throw new TunebookError(
      "input",
      `the checkpoint in ${folder} was written by an earlier version: it holds all ` +
        `${words.places.length} rows of ${words.path}, where training now holds the ` +
        `${words.ids.length} that occur in the data. This version cannot continue from it: run ` +
        "without resume, or use another folder, to start from the first step.",
    );
  }
  const changed = [...differences(checkpoint.fingerprint, now), ...misfits(checkpoint, state, run)];
  if (changed.length > 0) {
    throw mistakes(
      "input",
      `the checkpoint in ${folder} belongs to another run; continue with the same settings, or ` +
        "use another folder. What differs:",
      changed,
    );
  }
  for (const vector of kept) await state.write(vector, checkpoint.vectors.get(vector)!);
}

function differences(then: Fingerprint, now: Fingerprint): string[] {
  const show = (value: unknown) => JSON.stringify(value) ?? "nothing";
  return [...new Set([...Object.keys(then), ...Object.keys(now)])]
    .map((name) => ({
      name,
      before: show(fingerprintValue(then, name)),
      after: show(fingerprintValue(now, name)),
    }))
    .filter(({ before, after }) => before !== after)
    .map(({ name, before, after }) => `${name}: ${before} then, ${after} now`);
}

/** True for a checkpoint from before training held only the rows of the words that occur. */
function holdsAllWords({ vectors }: Checkpoint, { path, places }: WordRows, state: State): boolean {
  const [, width] = state.tensors.find(({ name }) => name === path)!.shape;
  return vectors.get(parameters)?.get(path)?.length === places.length * width;
}

/** True where the two say different things of something; versions may differ in what they mention. */
function contradicts({ fingerprint }: Checkpoint, now: Fingerprint): boolean {
  return Object.keys(fingerprint).some((name) =>
    Object.hasOwn(now, name) && JSON.stringify(fingerprint[name]) !== JSON.stringify(now[name])
  );
}

function misfits(
  { vectors, best: bestParameters, ...stored }: Checkpoint,
  state: State,
  { kept, ...wanted }: ContinuedRun,
): string[] {
  const sizes = new Map(state.tensors.map(({ name, shape }) => [name, sizeOf(shape)]));
  return [
    ...kept.flatMap((vector) => sizeMistakes(vector, vectors.get(vector) ?? new Map(), sizes)),
    ...(bestParameters ? sizeMistakes("best", bestParameters, sizes) : []),
    ...(["statistics", "outerMomentum"] as const).flatMap((name) =>
      sizeMistakes(name, stored[name], sizesOf(wanted[name]))
    ),
  ];
}

function sizesOf(values: Tensors): Map<string, number> {
  return new Map([...values].map(([name, { length }]) => [name, length]));
}

function sizeMistakes(
  vector: string,
  values: Tensors,
  sizes: ReadonlyMap<string, number>,
): string[] {
  return [...new Set([...sizes.keys(), ...values.keys()])].flatMap((name) => {
    const [then, now] = [values.get(name)?.length, sizes.get(name)];
    return then === now ? [] : [
      `${vector}/${name}: ${then ?? "no"} numbers then, ${now ?? "no"} numbers now`,
    ];
  });
}
