/**
 * Words that give the label of a text away.
 *
 * @module
 */
import { wilsonInterval } from "../../core/wilson_interval.ts";

/** A word that nearly all rows of a class have, and hardly any other row. */
export interface RevealingWord {
  readonly word: string;
  /** Where it stands: anywhere, or as the first or the last word of the text. */
  readonly place: "anywhere" | "first" | "last";
  readonly label: string;
  /** Rows that have it there. */
  readonly rows: number;
  /** The share of them that has the label. */
  readonly precision: number;
  /** The share of the label's rows that has it. */
  readonly coverage: number;
}

/** Words, signs, and each Chinese or Japanese character. */
const pieces =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]+/gu;
/** A word of fewer rows says nothing of a rule. */
const leastRows = 8;
/** The lower end of the 95 % interval of the precision, and the share of guessing's errors that a word leaves. */
const leastPrecision = 0.9;
const mostErrors = 0.2;
const leastCoverage = 0.5;
const mostShown = 10;

/**
 * A word counts where at least half of a label's rows have it, and where at least 90 % of the rows that have it (by
 * the lower end of the interval) have that label; more where a label is frequent anyway. Such words are seldom what a
 * person wants a model to learn: marks of the source, of the file, of the labelling.
 *
 * @param labels one for each text
 */
export function revealingWords(
  texts: readonly string[],
  labels: readonly string[],
): RevealingWord[] {
  const sizes = countsOf(labels);
  const counts = new Map<string, Map<string, number>>();
  texts.forEach((text, row) => {
    for (const key of keysOf(text)) {
      const own = counts.get(key) ?? new Map<string, number>();
      own.set(labels[row], (own.get(labels[row]) ?? 0) + 1);
      counts.set(key, own);
    }
  });
  const found = [...counts].flatMap(([key, byLabel]): RevealingWord[] => {
    const rows = [...byLabel.values()].reduce((sum, count) => sum + count, 0);
    const [label, count] = [...byLabel].reduce((most, each) => each[1] > most[1] ? each : most);
    const coverage = count / sizes.get(label)!;
    if (rows < leastRows || coverage < leastCoverage) return [];
    const { mean: precision, low } = wilsonInterval(count, rows);
    const guessing = sizes.get(label)! / texts.length;
    if (low < Math.max(leastPrecision, 1 - mostErrors * (1 - guessing))) return [];
    const [place, word] = [key.slice(0, key.indexOf(" ")), key.slice(key.indexOf(" ") + 1)];
    return [{ word, place: place as RevealingWord["place"], label, rows, precision, coverage }];
  });
  const anywhere = new Set(
    found.filter(({ place }) => place === "anywhere").map(({ word, label }) => `${label} ${word}`),
  );
  return found
    .filter(({ place, word, label }) => place === "anywhere" || !anywhere.has(`${label} ${word}`))
    // Where one class has a word at its end, the usual last word tells the others, which is its doing.
    .sort((a, b) =>
      Number(b.place === "anywhere") - Number(a.place === "anywhere") ||
      b.coverage * b.precision - a.coverage * a.precision
    )
    .slice(0, mostShown);
}

function countsOf(labels: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** Each word of a text once, with its places. */
function keysOf(text: string): Set<string> {
  const words = text.toLowerCase().match(pieces) ?? [];
  const keys = new Set(words.map((word) => `anywhere ${word}`));
  if (words.length > 0) keys.add(`first ${words[0]}`).add(`last ${words.at(-1)}`);
  return keys;
}
