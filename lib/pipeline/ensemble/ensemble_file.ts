/**
 * The file of an ensemble in a folder: its members by their references, and how they answer together.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { parseReference, referenceOf } from "../../weights/reference.ts";
import type { EnsembleSettings } from "./ensemble.ts";

/** The file's name. */
export const ensembleFile = "ensemble.json";

const [format, version] = ["tunebook ensemble", 1] as const;

/** What the file says. */
export interface EnsembleContents extends Required<EnsembleSettings> {
  /** References by the members' names. */
  readonly members: Readonly<Record<string, string>>;
}

/** The file's text; folders stand in it as they lie from `folder`, so that all can be moved together. */
export function ensembleText({ members, by, weights }: EnsembleContents, folder: string): string {
  const placed = Object.entries(members).map(([name, reference]) => {
    const parsed = parseReference(reference);
    return [
      name,
      parsed.kind === "file"
        ? { folder: relative(resolve(folder), resolve(parsed.path)) }
        : { reference },
    ];
  });
  const contents = { format, version, by, weights, members: Object.fromEntries(placed) };
  return `${JSON.stringify(contents, null, 2)}\n`;
}

/**
 * What the file of a folder says; undefined where there is none.
 *
 * @throws {TunebookError} of kind `weights` for a file that is damaged.
 */
export async function readEnsemble(reference: string): Promise<EnsembleContents | undefined> {
  const parsed = parseReference(reference);
  if (parsed.kind !== "file") return undefined;
  const path = join(parsed.path, ensembleFile);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    const isAbsent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (isAbsent) return undefined;
    throw new TunebookError("weights", `${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return contentsOf(text, path, parsed.path);
}

function contentsOf(text: string, path: string, folder: string): EnsembleContents {
  const damaged = (why: string) =>
    new TunebookError(
      "weights",
      `${path} is no file of an ensemble: ${why}; write it again with saveEnsemble`,
    );
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw damaged(messageOf(error));
  }
  if (!isRecord(read) || read.format !== format || read.version !== version) {
    throw damaged(`it does not say "format": "${format}" and "version": ${version}`);
  }
  const { by, weights, members } = read;
  if (by !== "mean" && by !== "votes") throw damaged('by must be "mean" or "votes"');
  if (!isRecord(members) || !isRecord(weights)) throw damaged("members and weights must be there");
  const found = Object.entries(members).map(([name, place]) => {
    const { folder: other, reference } = isRecord(place) ? place : {};
    if (typeof other === "string") return [name, referenceOf(join(folder, other))];
    if (typeof reference === "string") return [name, reference];
    throw damaged(`the member ${name} has neither a folder nor a reference`);
  });
  return { by, weights: weights as Record<string, number>, members: Object.fromEntries(found) };
}
