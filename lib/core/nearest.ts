/**
 * The name that a person most likely meant.
 *
 * @module
 */
import { distance } from "fastest-levenshtein";
import { quoted } from "./quoted.ts";

/** ` (did you mean "…"?)` with the closest of `names`, or an empty text when none is close. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const wanted = name.toLowerCase();
  let best: { name: string; edits: number } | undefined;
  for (const candidate of names) {
    const edits = distance(wanted, candidate.toLowerCase());
    if (!best || edits < best.edits) best = { name: candidate, edits };
  }
  const limit = Math.max(2, Math.floor(name.length / 2));
  return best && best.edits <= limit ? ` (did you mean ${quoted(best.name)}?)` : "";
}
