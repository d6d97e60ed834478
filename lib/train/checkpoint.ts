/**
 * Checkpoints: one safetensors file with everything that a run needs to continue bit-exactly.
 * It is written beside its place and renamed, so that it is whole or absent.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { join } from "node:path";
import { messageOf, TunebookError } from "../core/errors.ts";
import { parseJson } from "../core/parse_json.ts";
import { missingPermission } from "../core/permissions.ts";
import type { State } from "../engine/mod.ts";
import { parameters } from "../nn/trainable_model.ts";
import { finite } from "../weights/finite.ts";
import { openSafetensors } from "../weights/safetensors.ts";
import { writeSafetensors } from "../weights/write_safetensors.ts";
import type { Tensors } from "./divergence.ts";
import { type TrainerState, trainerStateOf, trainerStateText } from "./trainer_state.ts";

/** The file's name in the checkpoint folder. */
export const checkpointFile = "checkpoint.safetensors";
/** The name of the file that a process after the first one has, where processes train apart. */
export function checkpointFileOf(rank: number): string {
  return rank === 0 ? checkpointFile : `checkpoint.${rank}.safetensors`;
}
const formatVersion = 1;

/** The vector that holds the best parameters so far. */
const best = "best";
/** The vector that holds what the method keeps from step to step. */
const methodState = "memory";
/** The vector that holds the answers that steps still learn from, and the record of rollouts. */
const rollout = "rollout";
/** The vector that holds the momentum by which processes meet. */
const outerMomentum = "outerMomentum";
/** The vector that holds what the optimizer keeps beside the state. */
const statistics = "statistics";

/** What a run depends on; a run with another fingerprint cannot continue. */
export type Fingerprint = Readonly<Record<string, unknown>>;

/** A checkpoint in memory. */
export interface Checkpoint {
  readonly trainerState: TrainerState;
  readonly fingerprint: Fingerprint;
  /** The tensors of the state, by vector. */
  readonly vectors: ReadonlyMap<string, Tensors>;
  /** The best parameters so far, where the run keeps them. */
  readonly best?: Tensors;
  /** What the method keeps from step to step. */
  readonly methodState: Tensors;
  /** What the optimizer keeps beside the state. */
  readonly statistics: Tensors;
  /** What rollouts keep from step to step. */
  readonly rollout: Tensors;
  /** The momentum by which processes meet that train apart. */
  readonly outerMomentum: Tensors;
  /** How many processes trained apart; 1 where they did not. */
  readonly processes: number;
}

/** What a checkpoint is made of, beside its state. */
export interface CheckpointContent extends Omit<Checkpoint, "vectors"> {
  /** The vectors of the state that a run continues from. */
  readonly kept: readonly string[];
}

/**
 * Writes a checkpoint into a folder, in the place of the one before.
 *
 * @param file its name there
 */
export async function saveCheckpoint(
  folder: string,
  state: State,
  { trainerState, fingerprint, kept, processes, ...content }: CheckpointContent,
  file: string = checkpointFile,
): Promise<void> {
  const vectors: [string, Tensors][] = [];
  for (const vector of kept) vectors.push([vector, await state.read(vector)]);
  if (content.best) vectors.push([best, content.best]);
  const others = new Map([
    [methodState, content.methodState],
    [statistics, content.statistics],
    [rollout, content.rollout],
    [outerMomentum, content.outerMomentum],
  ]);
  vectors.push(...others);
  const shapes = new Map(state.tensors.map(({ name, shape }) => [name, shape]));
  const tensors = vectors.flatMap(([vector, values]) =>
    [...values].map(([name, data]) => ({
      name: `${vector}/${name}`,
      dtype: "F32" as const,
      shape: others.has(vector) ? [data.length] : shapes.get(name)!,
      data,
    }))
  );
  await writeSafetensors(join(folder, file), tensors, {
    format: "tunebook checkpoint",
    version: String(formatVersion),
    standing: trainerStateText(trainerState),
    fingerprint: JSON.stringify(fingerprint),
    ...(processes > 1 ? { processes: String(processes) } : {}),
  });
}

/**
 * The checkpoint of a folder, or `undefined` where there is none. Throws an error of kind "weights"
 * that says what to do where the file is damaged or of another version.
 *
 * @param file its name there
 */
export async function loadCheckpoint(
  folder: string,
  file: string = checkpointFile,
): Promise<Checkpoint | undefined> {
  const path = join(folder, file);
  try {
    await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw missingPermission(error) ??
      new TunebookError("weights", `cannot read ${path}: ${messageOf(error)}`, { cause: error });
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

/**
 * What the run of a folder's checkpoint depends on, without reading its tensors; `undefined` where there is
 * no checkpoint, or none that `loadCheckpoint` reads.
 */
export async function checkpointFingerprint(folder: string): Promise<Fingerprint | undefined> {
  try {
    using file = await openSafetensors(join(folder, checkpointFile));
    const fingerprint = parseJson(file.metadata.fingerprint ?? "");
    return isRecord(fingerprint) ? fingerprint : undefined;
  } catch {
    // Who reads the whole of it says what is wrong.
    return undefined;
  }
}

async function readCheckpoint(path: string): Promise<Checkpoint> {
  using file = await openSafetensors(path);
  const { version, standing: standingJson, fingerprint: fingerprintJson, processes } =
    file.metadata;
  if (version !== String(formatVersion)) {
    throw new TunebookError(
      "weights",
      `${path} is no checkpoint that this version can continue (version ${version ?? "missing"})`,
    );
  }
  const trainerState = trainerStateOf(parse(path, standingJson));
  if (!trainerState) throw damaged(path, "it does not say where the run stands");
  const fingerprint = parse(path, fingerprintJson);
  if (!isRecord(fingerprint)) {
    throw damaged(path, "it does not say what the run depends on");
  }
  const vectors = new Map<string, Map<string, Float32Array>>();
  for (const name of file.tensors.keys()) {
    const slash = name.indexOf("/");
    const vector = name.slice(0, slash);
    const values = vectors.get(vector) ?? new Map<string, Float32Array>();
    const stored = await file.readFloat32(name);
    if (vector === parameters || vector === best) finite(stored, { name, path });
    vectors.set(vector, values.set(name.slice(slash + 1), stored));
  }
  const bestParameters = vectors.get(best);
  return {
    trainerState,
    fingerprint: fingerprint as Fingerprint,
    vectors,
    ...(bestParameters ? { best: bestParameters } : {}),
    methodState: vectors.get(methodState) ?? new Map(),
    statistics: vectors.get(statistics) ?? new Map(),
    rollout: vectors.get(rollout) ?? new Map(),
    outerMomentum: vectors.get(outerMomentum) ?? new Map(),
    processes: Number(processes ?? 1),
  };
}

function parse(path: string, text: string | undefined): unknown {
  try {
    return parseJson(text ?? "");
  } catch (error) {
    throw damaged(path, messageOf(error), error);
  }
}

function damaged(path: string, what: string, cause?: unknown): TunebookError {
  return new TunebookError("weights", `${path} is damaged: ${what}`, cause ? { cause } : {});
}

/**
 * Makes a folder ready for checkpoints, before anything is computed: it exists, it can be written,
 * and what a process left that was killed while it wrote a checkpoint is gone.
 */
export async function prepareFolder(folder: string): Promise<void> {
  const leftover = /^\.checkpoint(\.\d+)?\.safetensors\.[0-9a-f]+\.tmp$/;
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
