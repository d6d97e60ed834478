/**
 * The messages that the translation model learns from and is measured on.
 *
 * @module
 */
import { interfaceMessages, typescriptMessages } from "../../datasets/mod.ts";
import { Random, type Table, tableFromRows } from "../../mod.ts";

/** The languages that the model learns. */
export const learned = ["es", "zh-cn"];
/** Those that it has a token for and never saw: one can be taught by an adapter. */
export const unseen = ["pt-br", "zh-tw"];

/** English with the language that it is to become, and what translators made of it. */
export type Pair = { readonly source: string; readonly target: string };

type Message = Pair & { readonly language: string };

/** Characters. Nearly three messages of four are not longer; the others would take most of the time. */
const longest = { source: 60, target: 80 };

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

/**
 * The rows in an order for batches of so many: those of a batch are of like length, the batches shuffled. A
 * model that knows nothing yet would learn the length alone from batches that are sorted by it.
 */
export function inBatches(table: Table, batchSize: number): Table {
  const rows = table.objects() as unknown as Pair[];
  const random = Random.fromSeed(1, "rows");
  const order = Array.from(random.shuffle(Uint32Array.from(rows.keys())))
    .sort((a, b) => tokens(rows[a]) - tokens(rows[b]));
  const batches = Uint32Array.from({ length: Math.floor(rows.length / batchSize) }, (_, i) => i);
  return tableFromRows(
    Array.from(random.shuffle(batches)).flatMap((batch) =>
      order.slice(batch * batchSize, (batch + 1) * batchSize).map((row) => rows[row])
    ),
  );
}

/** About how many tokens a pair has: a Chinese character is three bytes. */
function tokens({ source, target }: Pair): number {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  return bytes(source) + bytes(target);
}
