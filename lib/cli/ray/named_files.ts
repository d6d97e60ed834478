/**
 * The files on this machine that a plan names, for a job elsewhere.
 *
 * @module
 */
import { isAbsolute, join, normalize } from "node:path";
import { findDataSet } from "../../../datasets/mod.ts";
import { mistakes } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import { isRecord } from "../../core/objects.ts";
import { type PackedFiles, refuseLargeFiles } from "../../parallel/ray/ray_package.ts";
import type { PlanJson } from "../../pipeline/plan_json.ts";

/**
 * Reads the files and folders that a plan names by paths from here, and `more` of them; absolute paths are meant as
 * those of the other machine; `space` is that of a search. Gives them by their paths, with slashes.
 *
 * Throws an error of kind "input" that lists those that are not there or that lie outside of this folder, and, before
 * any is read, where they are more than Ray takes.
 */
export async function namedFiles(
  plan: PlanJson,
  more: readonly string[],
  space?: unknown,
): Promise<PackedFiles> {
  const wrong: string[] = [];
  const sizes = new Map<string, number>();
  const varied = textsOf(space);
  // Models that a search varies stand behind file: as that of a plan does.
  const models = varied.filter((each) => each.startsWith("file:"))
    .flatMap((each) => localPath(each) ?? []);
  const asked = [...sourcesOf(plan), ...models, ...more];
  const settings = textsOf([plan.task?.settings, plan.method.settings]);
  const found = [...new Set([...asked, ...await pathsAmong([...settings, ...varied])])];
  for (const path of found) {
    if (isAbsolute(path)) continue;
    const place = normalize(path);
    if (place.startsWith("..")) wrong.push(`${path} lies outside of the present folder`);
    else if (await exists(place)) await findFiles(sizes, place);
    else wrong.push(`${path} is not there`);
  }
  if (wrong.length > 0) {
    throw mistakes(
      "input",
      "a job takes along what a plan names by paths in the present folder; absolute paths are those of " +
        "the cluster. Wrong are:",
      wrong,
    );
  }
  refuseLargeFiles(sizes);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const path of sizes.keys()) {
    files.set(path.replaceAll("\\", "/"), await Deno.readFile(path));
  }
  return files;
}

/** What is always a place: data, held-out data, a model's folder, an adapter. */
function sourcesOf({ data, columns, split, model, features, method }: PlanJson): string[] {
  const { test, validation } = { ...columns, ...split };
  const tables = [data, test, validation].filter((each) => typeof each === "string")
    .filter((each) => !findDataSet(each));
  const folders = [model, features].filter((each) => each?.startsWith("file:"));
  const { folder } = method.settings;
  return [...tables, ...folders, ...typeof folder === "string" ? [folder] : []]
    .flatMap((each) => localPath(each!) ?? []);
}

/** All texts in settings, some of which may name files such as a module of rewards. */
function textsOf(settings: unknown): string[] {
  if (typeof settings === "string") return [settings];
  if (Array.isArray(settings)) return settings.flatMap(textsOf);
  return isRecord(settings) ? Object.values(settings).flatMap(textsOf) : [];
}

/** Those that name a file which is there; a column's name has neither slash nor point. */
async function pathsAmong(texts: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const text of texts) {
    const path = /[./]/.test(text) ? localPath(text) : undefined;
    if (path !== undefined && !isAbsolute(path) && await exists(path)) paths.push(path);
  }
  return paths;
}

/** A path, also behind `file:`; nothing for addresses. */
function localPath(name: string): string | undefined {
  const path = name.replace(/^file:(?!\/\/)/, "");
  // One letter and a colon is a drive, more are an address.
  return /^[a-z][a-z0-9+.-]+:/i.test(path) ? undefined : path;
}

/** Finds a file, or all files of a folder, with their sizes. */
async function findFiles(sizes: Map<string, number>, path: string): Promise<void> {
  const { isDirectory, size } = await Deno.stat(path);
  if (!isDirectory) {
    sizes.set(path, size);
    return;
  }
  for await (const { name } of Deno.readDir(path)) await findFiles(sizes, join(path, name));
}
