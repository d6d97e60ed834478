/**
 * What is to be served, under which names.
 *
 * @module
 */
import { basename, dirname, join, resolve } from "node:path";
import { configFile } from "../../adapters/peft/files.ts";
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { quoted } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import { parseReference, referenceOf } from "../../weights/reference.ts";

/** A folder or a reference, several of them, or each under its name. */
export type ServeSources = string | readonly string[] | Readonly<Record<string, string>>;

/** A model under its name. */
export interface NamedSource {
  readonly name: string;
  /** As `model` takes it. */
  readonly reference: string;
}

/** Folders that are called after what is in them; the folder around them says more. */
const plainNames: readonly string[] = ["adapter", "merged", "model", "onnx"];

/** What names may be: they stand in addresses, headers and tables. */
const namePattern = /^[\w.@:+-][\w.@:+/-]{0,127}$/;

/** The sources with their names; an error of kind "input" with all that are none. */
export function namedSources(sources: ServeSources): NamedSource[] {
  const found = pairsOf(sources).map(([name, source]) => named(name, source));
  const wrong = found.filter((each) => typeof each === "string");
  if (wrong.length > 0) throw mistakes("input", "these models cannot be served:", wrong);
  return found as NamedSource[];
}

/** The folders of adapters in a folder, each under its own name. */
export async function adaptersIn(folder: string): Promise<NamedSource[]> {
  const found: NamedSource[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const path = join(folder, name);
      const isAdapter = await Deno.stat(join(path, configFile)).then(() => true, () => false);
      if (isAdapter) found.push({ name: checkedName(name), reference: referenceOf(path) });
    }
  } catch (error) {
    if (error instanceof TunebookError) throw error;
    throw new TunebookError("input", `adapters: ${folder} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (found.length === 0) {
    throw new TunebookError("input", `adapters: no folder in ${folder} has an ${configFile}`);
  }
  return found.sort((one, other) => one.name < other.name ? -1 : 1);
}

function pairsOf(sources: unknown): (readonly [name: string | undefined, source: unknown])[] {
  if (typeof sources === "string") return [[undefined, sources]];
  if (Array.isArray(sources)) return sources.map((source) => [undefined, source]);
  if (isRecord(sources)) return Object.entries(sources);
  throw new TunebookError(
    "input",
    `serve takes a folder, a list of folders, or folders by name, { reviews: "out/reviews" }, but ` +
      `got ${shownValue(sources)}`,
  );
}

/** A source with its name, or what is wrong with it. */
function named(name: string | undefined, source: unknown): NamedSource | string {
  if (typeof source !== "string" || source === "") {
    return `${name === undefined ? "" : `${quoted(name)}: `}${shownValue(source)} is no folder`;
  }
  try {
    const reference = referenceOf(source);
    return { name: checkedName(name ?? nameOf(reference)), reference };
  } catch (error) {
    return messageOf(error);
  }
}

function checkedName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new TunebookError(
    "input",
    `${quoted(name)} cannot be the name of a model; letters, digits and . _ - @ : + / can`,
  );
}

/** The name that a source has of itself: that of its folder, or of the one around it. */
function nameOf(reference: string): string {
  const parsed = parseReference(reference);
  switch (parsed.kind) {
    case "file": {
      const path = resolve(parsed.path);
      const own = basename(path);
      return plainNames.includes(own) ? basename(dirname(path)) : own;
    }
    case "hf":
      return parsed.repository;
    case "npm":
    case "tunebook":
      return parsed.name;
    case "url":
      return basename(new URL(parsed.url).pathname);
    case "new":
      throw new TunebookError("input", `${reference} is not trained yet, and cannot be served`);
  }
}
