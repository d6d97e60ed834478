/**
 * One attack: words are changed, the most important ones first, until the answer changes.
 *
 * @module
 */
import type { Random } from "../../../core/random.ts";
import type { WordChange } from "./word_change.ts";

/** Probabilities by label, of several texts. */
export type AskProbabilities = (
  texts: readonly string[],
) => Promise<readonly Readonly<Record<string, number>>[]>;

/** How far an attack may go. */
export interface AttackLimits {
  /** The share of words that may be changed. */
  readonly mostChanged: number;
  /** Texts that may be asked, the first one included. */
  readonly mostQueries: number;
}

/** What came of an attack on one text. */
export interface TextAttack {
  readonly text: string;
  readonly label: string;
  /** The text at the end, and what the model says to it. */
  readonly attacked: string;
  readonly answer: string;
  readonly succeeded: boolean;
  /** Words of the text, and those that were changed: before and after. */
  readonly words: number;
  readonly changed: readonly { readonly before: string; readonly after: string }[];
  /** Texts that the model was asked. */
  readonly queries: number;
  /** Whether the queries ran out. */
  readonly ranOut: boolean;
}

/** Words with their places: what stands between them stays. */
const wordPattern = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu;

/** Attacks a text that the model has right, with this probability of its label. */
export async function attackText(
  { text, label, probability }: {
    readonly text: string;
    readonly label: string;
    readonly probability: number;
  },
  { change, ask, random, limits }: {
    readonly change: WordChange;
    readonly ask: AskProbabilities;
    readonly random: Random;
    readonly limits: AttackLimits;
  },
): Promise<TextAttack> {
  const pieces = piecesOf(text);
  const words = pieces.flatMap(({ isWord }, at) => isWord ? [at] : []);
  const most = Math.floor(limits.mostChanged * words.length);
  const now = pieces.map(({ piece }) => piece);
  const changed: { before: string; after: string }[] = [];
  let [left, queries, ranOut] = [probability, 1, false];
  const asked = async (texts: readonly string[]) => {
    const allowed = texts.slice(0, Math.max(0, limits.mostQueries - queries));
    ranOut ||= allowed.length < texts.length;
    queries += allowed.length;
    return allowed.length === 0 ? [] : await ask(allowed);
  };
  const end = (answer = label): TextAttack => ({
    ...{ text, label, attacked: now.join(""), answer, succeeded: answer !== label },
    ...{ words: words.length, changed, queries, ranOut },
  });
  if (most === 0) return end();
  const without = await asked(words.map((at) => now.toSpliced(at, 1).join("")));
  const important = words.slice(0, without.length)
    .map((at, index) => ({ at, drop: probability - without[index][label] }))
    .sort((a, b) => b.drop - a.drop);
  for (const { at } of important) {
    if (changed.length >= most || ranOut) break;
    const before = now[at];
    const candidates = change.candidates(before, random);
    const found = await asked(candidates.map((word) => now.with(at, word).join("")));
    // The first that changes the answer is the nearest one; else the one that leaves the least of it.
    const flips = found.findIndex((each) => labelOf(each) !== label);
    const lowest = found.reduce(
      (best, each, index) => best < 0 || each[label] < found[best][label] ? index : best,
      -1,
    );
    const chosen = flips >= 0 ? flips : lowest;
    if (chosen < 0 || (flips < 0 && found[chosen][label] >= left)) continue;
    now[at] = candidates[chosen];
    left = found[chosen][label];
    changed.push({ before, after: candidates[chosen] });
    if (flips >= 0) return end(labelOf(found[flips]));
  }
  return end();
}

/** The most probable label. */
export function labelOf(probabilities: Readonly<Record<string, number>>): string {
  return Object.entries(probabilities)
    .reduce((best, each) => each[1] > best[1] ? each : best)[0];
}

/** A text cut into words and what stands between them. */
function piecesOf(text: string): { readonly piece: string; readonly isWord: boolean }[] {
  const pieces: { piece: string; isWord: boolean }[] = [];
  let from = 0;
  for (const { index, 0: word } of text.matchAll(wordPattern)) {
    pieces.push({ piece: text.slice(from, index), isWord: false }, { piece: word, isWord: true });
    from = index + word.length;
  }
  return [...pieces, { piece: text.slice(from), isWord: false }];
}
