/**
 * The reason of a refusal without what differs from cell to cell.
 *
 * @module
 */
import type { Outcome } from "./outcome.ts";

/** One line, with `‹family›`, `‹method›` and `‹task›` in the place of names. */
export function reasonOf(outcome: Outcome): string {
  const { reason = "", family, method, task } = outcome;
  const plain = reason.replace(/\n\s*(?:-\s*)?/g, " ")
    .replace(/\S*tunebook-matrix-[^\s"),:]*/g, "‹folder›")
    .replace(/(?<= but here it fails):.*$/, "") // what the machine says, with folders of its own
    .replace(/; they have [\w, ]+\./, ".").replace(/ Families that have one: [\w, -]+\./, "");
  // A family may be named anywhere; `head` and `chat` are words, too.
  return plain.replaceAll(new RegExp(`(?<![\\w-])${family}(?![\\w-])`, "g"), "‹family›")
    .replace(new RegExp(`^${method}(?![\\w-])`), "‹method›")
    .replace(new RegExp(`(?:^|(?<=the task ))${task}(?![\\w-])`), "‹task›")
    .replaceAll("|", "\\|");
}
