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
 * those of the other machine. Gives them by their paths, with slashes.
 *
 * Throws an error of kind "input" that lists those that are not there or that lie outside of this folder, and, before
 * any is read, where they are more than Ray takes.
 */
export async function namedFiles(plan: PlanJson, more: readonly string[]): Promise<PackedFiles> {
  const wrong: string[] = [];
  const sizes = new Map<string, number>();
  const asked = [...sourcesOf(plan), ...more];
  const found = [...new Set([...asked, ...await pathsAmong(settingsOf(plan))])];
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

/** Texts in the settings of task and method, some of which may name files such as a module of rewards. */
function settingsOf({ task, method }: PlanJson): string[] {
  const texts: string[] = [];
  const look = (value: unknown) => {
    if (typeof value === "string") texts.push(value);
    else if (Array.isArray(value)) value.forEach(look);
    else if (isRecord(value)) Object.values(value).forEach(look);
  };
  look(task?.settings);
  look(method.settings);
  return texts;
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
