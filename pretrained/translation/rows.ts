/**
 * The messages that the translation model learns from and is measured on.
 *
 * @module
 */
import { interfaceMessages, typescriptMessages } from "../../datasets/mod.ts";
import { type Table, tableFromRows } from "../../mod.ts";

/** The languages that the model learns. */
export const learned = ["de", "es", "fr", "zh-cn"];
/** Those that it has a token for and never saw: one can be taught by an adapter. */
export const unseen = ["pt-br", "zh-tw"];

/** English with the language that it is to become, and what translators made of it. */
export interface Pair {
  readonly source: string;
  readonly target: string;
}

interface Message extends Pair {
  readonly language: string;
}

/** Longer messages would take most of the time; so many are some 30 tokens. */
const longest = { source: 100, target: 120 };

/**
 * Short messages of a split, those of TypeScript before those of the editor. Which messages are held out
 * is told by all languages, so that it is the same for each; of the training ones those are left out that
 * are held out in the other set, or but for signs and capitals.
 */
export async function messages(
  split: "train" | "test",
  languages: readonly string[],
): Promise<Message[]> {
  const heldOut = await read("test");
  const kept = split === "test" ? heldOut : withoutThese(await read("train"), heldOut);
  return kept.filter(({ source, target, language }) =>
    languages.includes(language) && source.length <= longest.source &&
    target.length <= longest.target
  );
}

async function read(split: "train" | "test"): Promise<Message[]> {
  const tables = await Promise.all(
    [typescriptMessages, interfaceMessages].map((read) => read({ split })),
  );
  return tables.flatMap((table) => table.objects() as unknown as Message[]);
}

function withoutThese(all: readonly Message[], heldOut: readonly Message[]): Message[] {
  const words = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
  const known = new Set(heldOut.map(({ source }) => words(source)));
  return all.filter(({ source }) => !known.has(words(source)));
}

/** What a model is given: the target's language as a token before the source. */
export function asked({ source, target, language }: Message): Pair {
  return { source: `>>${language}<< ${source}`, target };
}

/** The rows of a split, at most so many. */
export async function rowsOf(
  split: "train" | "test",
  languages: readonly string[],
  most = Infinity,
): Promise<Table> {
  const all = await messages(split, languages);
  const step = Math.max(1, all.length / most);
  const chosen = Array.from(
    { length: Math.min(most, all.length) },
    (_, i) => all[Math.floor(i * step)],
  );
  return tableFromRows(chosen.map(asked));
}
