/**
 * Checkpoints: one safetensors file with everything that a run needs to continue to the same bits.
 * It is written beside its place and renamed, so that it is whole or absent.
 *
 * @module
 */
import { join } from "node:path";
import { messageOf, mistakes, TunebookError } from "../core/errors.ts";
import { sizeOf, type State } from "../engine/mod.ts";
import { parameters } from "../nn/trainable_model.ts";
import type { WordRows } from "../nn/word_rows.ts";
import { openSafetensors } from "../weights/safetensors.ts";
import { writeSafetensors } from "../weights/write_safetensors.ts";
import { moments } from "./adamw.ts";
import { type Standing, standingOf, standingText } from "./standing.ts";

/** The file's name in the checkpoint folder. */
export const checkpointFile = "checkpoint.safetensors";
const formatVersion = 1;

/** The vectors of the state that a run continues from. */
const kept = [parameters, ...moments];
/** The vector that holds the best parameters so far. */
const best = "best";
/** The vector that holds what the method keeps from step to step. */
const memory = "memory";

type Tensors = ReadonlyMap<string, Float32Array>;

/** What a run depends on; a run with another fingerprint cannot continue. */
export type Fingerprint = Readonly<Record<string, unknown>>;

/** A checkpoint in memory. */
export interface Checkpoint {
  readonly standing: Standing;
  readonly fingerprint: Fingerprint;
  /** The tensors of the state, by vector. */
  readonly vectors: ReadonlyMap<string, Tensors>;
  /** The best parameters so far, where the run keeps them. */
  readonly best?: Tensors;
  /** What the method keeps from step to step. */
  readonly memory: Tensors;
}

/** Writes a checkpoint into a folder, in the place of the one before. */
export async function saveCheckpoint(
  folder: string,
  state: State,
  { standing, fingerprint, best: bestParameters, memory: remembered }: Omit<Checkpoint, "vectors">,
): Promise<void> {
  const vectors: [string, Tensors][] = [];
  for (const vector of kept) vectors.push([vector, await state.read(vector)]);
  if (bestParameters) vectors.push([best, bestParameters]);
  vectors.push([memory, remembered]);
  const shapes = new Map(state.tensors.map(({ name, shape }) => [name, shape]));
  const tensors = vectors.flatMap(([vector, values]) =>
    [...values].map(([name, data]) => ({
      name: `${vector}/${name}`,
      dtype: "F32" as const,
      shape: vector === memory ? [data.length] : shapes.get(name)!,
      data,
    }))
  );
  await writeSafetensors(join(folder, checkpointFile), tensors, {
    format: "tunebook checkpoint",
    version: String(formatVersion),
    standing: standingText(standing),
    fingerprint: JSON.stringify(fingerprint),
  });
}

/**
 * The checkpoint of a folder, or `undefined` where there is none. Throws an error of kind "weights"
 * that says what to do where the file is damaged or of another version.
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const path = join(folder, checkpointFile);
  try {
    await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    return await readCheckpoint(path);
  } catch (error) {
    if (!(error instanceof TunebookError) || error.kind !== "weights") throw error;
    throw new TunebookError(
      "weights",
      `${error.message}\nThe run cannot continue from it: delete the file, or run without resume, ` +
        "to start from the first step.",
      { cause: error },
    );
  }
}

async function readCheckpoint(path: string): Promise<Checkpoint> {
  using file = await openSafetensors(path);
  const { version, standing: standingJson, fingerprint: fingerprintJson } = file.metadata;
  if (version !== String(formatVersion)) {
    throw new TunebookError(
      "weights",
      `${path} is no checkpoint that this version can continue (version ${version ?? "missing"})`,
    );
  }
  const standing = standingOf(parse(path, standingJson));
  if (!standing) throw damaged(path, "it does not say where the run stands");
  const fingerprint = parse(path, fingerprintJson);
  if (typeof fingerprint !== "object" || fingerprint === null || Array.isArray(fingerprint)) {
    throw damaged(path, "it does not say what the run depends on");
  }
  const vectors = new Map<string, Map<string, Float32Array>>();
  for (const name of file.tensors.keys()) {
    const slash = name.indexOf("/");
    const vector = name.slice(0, slash);
    const values = vectors.get(vector) ?? new Map<string, Float32Array>();
    vectors.set(vector, values.set(name.slice(slash + 1), await file.readFloat32(name)));
  }
  const bestParameters = vectors.get(best);
  return {
    standing,
    fingerprint: fingerprint as Fingerprint,
    vectors,
    ...(bestParameters ? { best: bestParameters } : {}),
    memory: vectors.get(memory) ?? new Map(),
  };
}

function parse(path: string, text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch (error) {
    throw damaged(path, messageOf(error), error);
  }
}

function damaged(path: string, what: string, cause?: unknown): TunebookError {
  return new TunebookError("weights", `${path} is damaged: ${what}`, cause ? { cause } : {});
}

/** The run that wants to continue from a checkpoint. */
export interface ContinuedRun {
  readonly fingerprint: Fingerprint;
  /** The rows of the word table that its state holds; all unless given. */
  readonly words?: WordRows | undefined;
}

/** Puts a checkpoint's tensors into the state; refuses the checkpoint of another run. */
export async function restoreCheckpoint(
  folder: string,
  state: State,
  checkpoint: Checkpoint,
  { fingerprint, words }: ContinuedRun,
): Promise<void> {
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
  const changed = [...differences(checkpoint.fingerprint, now), ...misfits(checkpoint, state)];
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
    .filter((name) => show(then[name]) !== show(now[name]))
    .map((name) => `${name}: ${show(then[name])} then, ${show(now[name])} now`);
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

function misfits({ vectors, best: bestParameters }: Checkpoint, state: State): string[] {
  const sizes = new Map(
    state.tensors.map(({ name, shape }) => [name, sizeOf(shape)]),
  );
  const stored = [
    ...kept.map((vector) => [vector, vectors.get(vector) ?? new Map()] as const),
    ...(bestParameters ? [[best, bestParameters] as const] : []),
  ];
  return stored.flatMap(([vector, values]) =>
    [...new Set([...sizes.keys(), ...values.keys()])].flatMap((name) => {
      const [then, now] = [values.get(name)?.length, sizes.get(name)];
      return then === now ? [] : [
        `${vector}/${name}: ${then ?? "no"} numbers then, ${now ?? "no"} numbers now`,
      ];
    })
  );
}

/**
 * Makes a folder ready for checkpoints, before anything is computed: it exists, it can be written,
 * and what a process left that was killed while it wrote a checkpoint is gone.
 */
export async function prepareFolder(folder: string): Promise<void> {
  const leftover = new RegExp(`^\\.${RegExp.escape(checkpointFile)}\\.[0-9a-f]+\\.tmp$`);
  try {
    await Deno.mkdir(folder, { recursive: true });
    for await (const { name } of Deno.readDir(folder)) {
      if (leftover.test(name)) await Deno.remove(join(folder, name));
    }
    await Deno.remove(await Deno.makeTempFile({ dir: folder }));
  } catch (error) {
    throw new TunebookError(
      "output",
      `checkpoints cannot be written to ${folder}: ${messageOf(error)}. Choose another place or ` +
        "change its permissions.",
      { cause: error },
    );
  }
}
