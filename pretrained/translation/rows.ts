/**
 * The messages that the translation model learns from and is measured on.
 *
 * @module
 */
import { interfaceMessages, typescriptMessages } from "../../datasets/mod.ts";
import { type Table, tableFromRows } from "../../mod.ts";

/** The languages that the model learns. */
export const learned = ["cs", "de", "es", "fr", "it", "ja", "ko", "pl", "ru", "tr", "zh-cn"];
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

/** Longer messages would take most of the time. */
const mostCharacters = 160;

/** Short messages of a split, those of TypeScript before those of the editor, with the language in front. */
export async function messages(
  split: "train" | "test",
  languages: readonly string[],
): Promise<Message[]> {
  const sets = await Promise.all(
    [typescriptMessages, interfaceMessages].map((read) => read({ split, languages })),
  );
  return sets.flatMap((table) => table.objects() as unknown as Message[])
    .filter(({ source, target }) => Math.max(source.length, target.length) <= mostCharacters);
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
