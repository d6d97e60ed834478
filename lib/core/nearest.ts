/**
 * The name that a person most likely meant.
 *
 * @module
 */
import { distance } from "fastest-levenshtein";
import { quoted } from "./quoted.ts";

/** Fewer letters begin too many names. */
const leastPart = 4;

/** ` (did you mean "…"?)` with the closest of `names`, or an empty text when none is close. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const wanted = name.toLowerCase();
  const all = [...names];
  let best: { name: string; edits: number } | undefined;
  for (const candidate of all) {
    const edits = distance(wanted, candidate.toLowerCase());
    if (!best || edits < best.edits) best = { name: candidate, edits };
  }
  const limit = Math.max(2, Math.floor(name.length / 2));
  // A name of which no letter is left is not near: "c" is no "a".
  const longest = Math.max(wanted.length, best?.name.length ?? 0);
  const near = best && best.edits <= limit && best.edits < longest
    ? best.name
    : longerName(wanted, all);
  return near === undefined ? "" : ` (did you mean ${quoted(near)}?)`;
}

/** The one name that begins or ends with what was written: `batch` is batchSize, `rate` learningRate. */
function longerName(wanted: string, names: readonly string[]): string | undefined {
  if (wanted.length < leastPart) return undefined;
  const longer = names.filter((name) => {
    const lower = name.toLowerCase();
    return lower.startsWith(wanted) || lower.endsWith(wanted);
  });
  return longer.length === 1 ? longer[0] : undefined;
}
