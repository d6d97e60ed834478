import assert from "node:assert/strict";
import { brownNames, nameTags } from "../../datasets/brown_names.ts";
import { brownBaseTag, brownPartOfSpeech, partsOfSpeech } from "../../datasets/brown_tag.ts";
import { brownTags } from "../../datasets/brown_tags.ts";

/** Counts of the corpus, the first two as NLTK's reader of the same files has them. */
const sentences = 57_340;
const tokens = 1_161_192;
const rawTags = 472;
const baseTags = 82;

type Row = Record<"tokens" | "tags" | "base" | "raw", string[]> & { document: string };

Deno.test("the whole corpus: each token has its tags", async () => {
  const rows = (await brownTags()).objects() as Row[];
  assert.equal(rows.length, sentences);
  const raw = new Set<string>();
  const base = new Set<string>();
  const parts = new Map<string, number>();
  for (const row of rows) {
    const { length } = row.tokens;
    assert.deepEqual([row.tags.length, row.base.length, row.raw.length], [length, length, length]);
    row.raw.forEach((tag) => raw.add(tag));
    row.base.forEach((tag) => base.add(tag));
    for (const tag of row.tags) parts.set(tag, (parts.get(tag) ?? 0) + 1);
  }
  assert.equal(raw.size, rawTags);
  assert.equal(base.size, baseTags);
  assert.deepEqual([...parts.keys()].sort(), Object.keys(partsOfSpeech).sort());
  assert.equal([...parts.values()].reduce((sum, count) => sum + count), tokens);
  assert.equal(new Set(rows.map(({ document }) => document)).size, 500);
  assert.deepEqual(rows[0].tokens.slice(0, 5), ["The", "Fulton", "County", "Grand", "Jury"]);
  assert.deepEqual(rows[0].raw.slice(0, 5), ["at", "np-tl", "nn-tl", "jj-tl", "nn-tl"]);
  assert.deepEqual(rows[0].base.slice(0, 5), ["AT", "NP", "NN", "JJ", "NN"]);
  assert.deepEqual(rows[0].tags.slice(0, 5), ["DET", "NOUN", "NOUN", "ADJ", "NOUN"]);
});

Deno.test("raw tags become base tags and parts of speech", () => {
  const cases: [raw: string, base: string, part: string][] = [
    ["nn-tl-hl", "NN", "NOUN"],
    ["np$", "NP", "NOUN"],
    ["pp$-hl", "PP$", "PRON"],
    ["pp$$", "PP$$", "PRON"],
    ["md*-hl", "MD", "VERB"],
    ["*", "*", "ADV"],
    ["---hl", "--", "."],
    ["''", "''", "."],
    ["ppss+ber-n", "PPSS", "PRON"],
    ["wdt+do+pps", "WDT", "DET"],
    ["fw-in+at-t", "FW", "X"],
  ];
  for (const [raw, base, part] of cases) {
    assert.deepEqual([brownBaseTag(raw), brownPartOfSpeech(raw)], [base, part], raw);
  }
  assert.throws(() => brownPartOfSpeech("zz"), { message: /"zz" is no tag/ });
});

Deno.test("runs of proper nouns are names, and a possessive ends one", () => {
  assert.deepEqual(
    nameTags(["np", "np-tl", "nn-tl", "nps", "np$-tl", "np", "np+bez", "np", "nr", "fw-np"]),
    [
      ...["B-NAME", "I-NAME", "O", "B-NAME", "I-NAME", "B-NAME", "I-NAME", "B-NAME", "O"],
      "B-NAME",
    ],
  );
});

Deno.test("names of the whole corpus are well-formed, and splits keep documents whole", async () => {
  const train = (await brownNames({ split: "train" })).objects() as Row[];
  const test = (await brownNames({ split: "test" })).objects() as Row[];
  assert.equal(train.length + test.length, sentences);
  assert.ok(Math.abs(test.length / sentences - 0.1) < 0.001, `${test.length}`);
  const trained = new Set(train.map(({ document }) => document));
  assert.ok(test.every(({ document }) => !trained.has(document)));
  let names = 0;
  for (const { tags } of [...train, ...test]) {
    tags.forEach((tag, at) => {
      if (tag === "I-NAME") assert.notEqual(tags[at - 1] ?? "O", "O");
      if (tag === "B-NAME") names++;
    });
  }
  assert.equal(names, 34_585);
});
