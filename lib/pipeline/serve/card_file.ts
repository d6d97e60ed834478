/**
 * The card of a model in its folder, beside the README.md.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../../core/atomic.ts";
import { TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import type { ModelCard } from "../../serve/model_card.ts";
import { parseReference } from "../../weights/reference.ts";

const cardFile = "tunebook_card.json";
const format = "tunebook card";
const version = 1;

/** What a model was made of, for its owner: no part of what a server shows. */
export interface ModelOrigin {
  /** The reference of the model that was trained further. */
  readonly model: string;
  /** Those of the models that taught it. */
  readonly teachers: readonly string[];
}

/** Writes the card into a deployed folder. */
export async function writeCard(
  folder: string,
  card: ModelCard,
  origin: ModelOrigin,
): Promise<void> {
  const text = JSON.stringify({ format, version, ...card, origin }, null, 2);
  await writeFileAtomic(join(folder, cardFile), `${text}\n`);
}

/**
 * What a folder says of its model; empty where it says nothing, and for what is no folder of this machine.
 * Throws an error of kind "output" for a card that is damaged.
 */
export async function readCard(reference: string): Promise<ModelCard> {
  const parsed = parseReference(reference);
  if (parsed.kind !== "file") return { facts: {}, scores: [], receipts: [] };
  const [written, readme] = await Promise.all(
    [cardFile, "README.md"].map((name) => textOf(join(parsed.path, name))),
  );
  const { facts, scores, receipts } = written === undefined
    ? { facts: {}, scores: [], receipts: [] }
    : cardIn(written, parsed.path);
  const text = readme === undefined ? {} : { text: withoutFolders(readme) };
  return { facts, scores, receipts, ...text };
}

/**
 * The card of a folder with what its model was made of, which cards of earlier versions do not say; undefined where there
 * is no card. Throws an error of kind "output" for one that is damaged.
 */
export async function readOwnCard(
  folder: string,
): Promise<ModelCard & { readonly origin?: ModelOrigin } | undefined> {
  const written = await textOf(join(folder, cardFile));
  return written === undefined ? undefined : cardIn(written, folder);
}

/** The text of a file; undefined where there is none, or what is opened is a file itself. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

function cardIn(text: string, folder: string): ModelCard {
  const damaged = () => new TunebookError("output", `${cardFile} of ${folder} is damaged`);
  let card: unknown;
  try {
    card = JSON.parse(text);
  } catch {
    throw damaged();
  }
  const isCard = isRecord(card) && card.format === format && card.version === version &&
    isRecord(card.facts) && Array.isArray(card.scores) && Array.isArray(card.receipts);
  if (!isCard) throw damaged();
  return card as unknown as ModelCard;
}

/** A README without its front matter, and without the folder that its base was opened from. */
function withoutFolders(readme: string): string {
  const [frontMatter = ""] = /^---\n[^]*?\n---\n/.exec(readme) ?? [];
  // The whole name, which may have spaces.
  const base = /^base_model: (file:.+)$/m.exec(frontMatter)?.[1];
  const text = readme.slice(frontMatter.length);
  const named = base === undefined ? text : text.replaceAll(base, "a folder");
  return named.replaceAll(/\bfile:[^\s"')\]]+/g, "a folder");
}
