/**
 * Checkpoints: one safetensors file with everything that a run needs to continue to the same bits.
 * It is written beside its place and renamed, so that it is whole or absent.
 *
 * @module
 */
import { join } from "node:path";
import { mistakes, TunebookError } from "../core/errors.ts";
import type { State } from "../engine/mod.ts";
import { openSafetensors } from "../weights/safetensors.ts";
import { writeSafetensors } from "../weights/write_safetensors.ts";
import { moments } from "./adamw.ts";
import { parameters } from "../nn/trainee.ts";

/** The file's name in the checkpoint folder. */
export const checkpointFile = "checkpoint.safetensors";
/** The vector that holds the best parameters so far. */
const best = "best";
const formatVersion = 1;

/** Where a run stands, beside its tensors. */
export interface Standing {
  /** Optimiser steps taken. */
  readonly step: number;
  /** The best validation score so far and its step. */
  readonly best?: { readonly score: number; readonly step: number };
  /** Validations since the best one. */
  readonly validationsSinceBest: number;
  /** Loss of each step. */
  readonly losses: readonly number[];
  readonly validations: readonly { readonly step: number; readonly score: number }[];
}

/** A checkpoint in memory. */
export interface Checkpoint {
  readonly standing: Standing;
  /** What the run depends on; a run with another fingerprint cannot continue. */
  readonly fingerprint: Readonly<Record<string, unknown>>;
  readonly vectors: ReadonlyMap<string, ReadonlyMap<string, Float32Array>>;
}

/** Reads the tensors of a run out of its state. */
export async function takeCheckpoint(
  state: State,
  standing: Standing,
  fingerprint: Readonly<Record<string, unknown>>,
  bestParameters: ReadonlyMap<string, Float32Array> | undefined,
): Promise<Checkpoint> {
  const vectors = new Map<string, ReadonlyMap<string, Float32Array>>();
  for (const vector of [parameters, ...moments]) vectors.set(vector, await state.read(vector));
  if (bestParameters) vectors.set(best, bestParameters);
  return { standing, fingerprint, vectors };
}

/** Writes a checkpoint into a folder, in the place of the one before. */
export async function saveCheckpoint(
  folder: string,
  state: State,
  { standing, fingerprint, vectors }: Checkpoint,
): Promise<void> {
  const shapes = new Map(state.slots.map(({ name, shape }) => [name, shape]));
  const tensors = [...vectors].flatMap(([vector, values]) =>
    [...values].map(([name, data]) => ({
      name: `${vector}/${name}`,
      dtype: "F32" as const,
      shape: shapes.get(name)!,
      data,
    }))
  );
  await writeSafetensors(join(folder, checkpointFile), tensors, {
    format: "tunebook checkpoint",
    version: String(formatVersion),
    standing: JSON.stringify(standing),
    fingerprint: JSON.stringify(fingerprint),
  });
}

/** The checkpoint of a folder, or `undefined` where there is none. */
export async function loadCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const path = join(folder, checkpointFile);
  try {
    await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  using file = await openSafetensors(path);
  const { version, standing, fingerprint } = file.metadata;
  if (version !== String(formatVersion) || !standing || !fingerprint) {
    throw new TunebookError(
      "weights",
      `${path} is no checkpoint that this version can continue (version ${version ?? "missing"})`,
    );
  }
  const vectors = new Map<string, Map<string, Float32Array>>();
  for (const name of file.tensors.keys()) {
    const slash = name.indexOf("/");
    const vector = name.slice(0, slash);
    const values = vectors.get(vector) ?? new Map<string, Float32Array>();
    vectors.set(vector, values.set(name.slice(slash + 1), await file.readFloat32(name)));
  }
  return { standing: JSON.parse(standing), fingerprint: JSON.parse(fingerprint), vectors };
}

/** Puts a checkpoint's tensors into the state and returns the best parameters that it held. */
export async function restoreCheckpoint(
  folder: string,
  state: State,
  checkpoint: Checkpoint,
  fingerprint: Readonly<Record<string, unknown>>,
): Promise<ReadonlyMap<string, Float32Array> | undefined> {
  const now = JSON.parse(JSON.stringify(fingerprint)) as Record<string, unknown>;
  const names = new Set([...Object.keys(now), ...Object.keys(checkpoint.fingerprint)]);
  const changed = [...names].filter((name) =>
    JSON.stringify(now[name]) !== JSON.stringify(checkpoint.fingerprint[name])
  );
  if (changed.length > 0) {
    throw mistakes(
      "input",
      `the checkpoint in ${folder} belongs to another run; continue with the same settings, or ` +
        "use another folder. What differs:",
      changed.map((name) =>
        `${name}: ${JSON.stringify(checkpoint.fingerprint[name])} then, ` +
        `${JSON.stringify(now[name])} now`
      ),
    );
  }
  for (const vector of [parameters, ...moments]) {
    await state.write(vector, checkpoint.vectors.get(vector) ?? new Map());
  }
  return checkpoint.vectors.get(best);
}
