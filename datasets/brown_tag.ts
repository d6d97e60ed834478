/**
 * The tags of the Brown corpus, made simple in two steps: 472 raw tags → 82 base tags → 12 parts of
 * speech.
 *
 * @module
 */

/** Written after a tag: part of a headline, of a title, a word that is spoken of (cited). */
const suffixes = /(-(hl|tl|nc|t|n))+$/;
/** Pronouns whose `$` is their nature (my, mine, whose); elsewhere it is an ending: Atlanta's. */
const possessivePronouns = new Set(["pp$", "pp$$", "wp$"]);

/**
 * The parts of speech of Petrov, Das and McDonald, "A Universal Part-of-Speech Tagset" (arXiv
 * 1104.2086), each with the base tags that are it.
 *
 * @example
 * ```ts
 * import { partsOfSpeech } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.equal(Object.keys(partsOfSpeech).length, 12);
 * assert.deepEqual(partsOfSpeech.CONJ, ["CC", "CS"]);
 * ```
 */
export const partsOfSpeech: Readonly<Record<string, readonly string[]>> = {
  NOUN: ["NN", "NNS", "NP", "NPS", "NR", "NRS"],
  VERB: [
    ...["BE", "BED", "BEDZ", "BEG", "BEM", "BEN", "BER", "BEZ", "DO", "DOD", "DOZ"],
    ...["HV", "HVD", "HVG", "HVN", "HVZ", "MD", "VB", "VBD", "VBG", "VBN", "VBZ"],
  ],
  ADJ: ["AP", "JJ", "JJR", "JJS", "JJT", "OD"],
  ADV: ["*", "QL", "QLP", "RB", "RBR", "RBT", "RN", "WQL", "WRB"],
  PRON: ["PN", "PP$", "PP$$", "PPL", "PPLS", "PPO", "PPS", "PPSS", "WP$", "WPO", "WPS"],
  DET: ["ABL", "ABN", "ABX", "AT", "DT", "DTI", "DTS", "DTX", "EX", "WDT"],
  ADP: ["IN"],
  NUM: ["CD"],
  CONJ: ["CC", "CS"],
  PRT: ["RP", "TO"],
  X: ["FW", "NIL", "UH"],
  ".": [".", ",", ":", "(", ")", "--", "``", "''", "'"],
};

const partOf = new Map(
  Object.entries(partsOfSpeech).flatMap(([part, bases]) => bases.map((base) => [base, part])),
);

/**
 * A raw tag → its base tag. Suffixes for headlines, titles and cited words go; of two words written
 * as one (`ppss+md`, they'll) the first counts; the negation (`md*`) and the ending of possessives
 * (`np$`) go; a foreign word is `FW`, whatever it is in its language.
 *
 * @example
 * ```ts
 * import { brownBaseTag } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.equal(brownBaseTag("np$-tl"), "NP");
 * assert.equal(brownBaseTag("ppss+md"), "PPSS");
 * ```
 */
export function brownBaseTag(raw: string): string {
  if (raw.startsWith("fw-")) return "FW";
  const [first] = raw.replace(suffixes, "").split("+");
  if (first === "*" || possessivePronouns.has(first)) return first.toUpperCase();
  return first.replace(/[*$]+$/, "").toUpperCase();
}

/**
 * A raw tag → one of the twelve parts of speech. A tag that is not the corpus' own throws.
 *
 * @example
 * ```ts
 * import { brownPartOfSpeech } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.equal(brownPartOfSpeech("jj-tl"), "ADJ");
 * ```
 */
export function brownPartOfSpeech(raw: string): string {
  const part = partOf.get(brownBaseTag(raw));
  if (part === undefined) throw new TypeError(`"${raw}" is no tag of the Brown corpus`);
  return part;
}
