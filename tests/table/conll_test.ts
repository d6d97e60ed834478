import assert from "node:assert/strict";
import { parseConll, readConll } from "../../lib/table/conll.ts";
import { readTable } from "../../lib/table/read_table.ts";
import { isMistake } from "../is_mistake.ts";

const rowsOf = (text: string, options = {}) => {
  const table = parseConll(text, options);
  return [table.array("tokens"), table.array("tags")];
};

Deno.test("sentences end with empty lines and documents; the last column has the tags", () => {
  const text = [
    "-DOCSTART- -X- -X- O",
    "",
    "EU NNP B-NP B-ORG",
    "rejects VBZ B-VP O",
    " \t",
    "",
    "# NN B-NP O",
    "1 CD I-NP O",
    "-DOCSTART- -X- -X- O",
    "Bob NNP B-NP B-PER",
  ].join("\r\n");
  assert.deepEqual(rowsOf(text), [
    [["EU", "rejects"], ["#", "1"], ["Bob"]],
    [["B-ORG", "O"], ["O", "O"], ["B-PER"]],
  ]);
  assert.deepEqual(rowsOf(text, { tags: 2 })[1], [["NNP", "VBZ"], ["NN", "CD"], ["NNP"]]);
  assert.deepEqual(rowsOf(text, { tags: -2 })[1], [["B-NP", "B-VP"], ["B-NP", "I-NP"], ["B-NP"]]);
});

Deno.test("tabs keep words with spaces whole, and comments have fewer columns", () => {
  const text = "# id = 7\tx\ty\nNew York\tB-LOC\n#\tO\n\n# text = a b\nx\tO\n";
  assert.deepEqual(rowsOf(text), [
    [["New York", "#"], ["x"]],
    [["B-LOC", "O"], ["O"]],
  ]);
});

Deno.test("a # with a tag is a word, and a comment with as many columns is none", () => {
  // As many columns as words have, but nothing that a column has elsewhere.
  assert.deepEqual(rowsOf("# doc1\na O\nb X\n\n# doc2\n# O\nc O\n"), [
    [["a", "b"], ["#", "c"]],
    [["O", "X"], ["O", "O"]],
  ]);
  assert.deepEqual(rowsOf("# sent_id = 7\na NN B-NP O\n")[0], [["a"]]);
  // Hashtags, a number sign with a tag of its own kind, and tags of entities are words.
  assert.deepEqual(rowsOf("#ebola HT\na X\n\n# #\nb X\n\n# B-MISC\nc X\n"), [
    [["#ebola", "a"], ["#", "b"], ["#", "c"]],
    [["HT", "X"], ["#", "X"], ["B-MISC", "X"]],
  ]);
  const within = "a O\n# doc2\nb O\n";
  assert.throws(
    () => parseConll(within, { where: "x.conll" }),
    isMistake("data", "x.conll", 'line 2: "# doc2" may be a comment', "comments: true or false"),
  );
  assert.deepEqual(rowsOf(within, { comments: true }), [[["a", "b"]], [["O", "O"]]]);
  assert.deepEqual(rowsOf(within, { comments: false })[1], [["O", "doc2", "O"]]);
  assert.throws(
    () => parseConll("# a comment\na O\n", { comments: false }),
    isMistake("data", "line 1"),
  );
  assert.throws(
    () => parseConll("a O", { comments: "#" as never }),
    isMistake("input", 'comments is "#"', "true or false"),
  );
});

Deno.test("a no-break space is a part of its word, and is blamed where it parts no columns", () => {
  assert.deepEqual(rowsOf("20\u00a0000 NUM\na X\u00a0\n"), [[["20\u00a0000", "a"]], [[
    "NUM",
    "X",
  ]]]);
  assert.throws(
    () => parseConll("a O\nb\u00a0O\nc O\u00a0P\n"),
    isMistake(
      "data",
      "line 2",
      "has 1 column, not 2, or an empty one; it has a no-break space (U+00A0), which parts no columns",
      "line 3",
      "has in its tag a no-break space (U+00A0)",
    ),
  );
  assert.throws(() => parseConll("a O\nb\u2003O\n"), isMistake("data", "(U+2003)"));
});

Deno.test("CoNLL-U: forms and parts of speech, without multiword tokens and empty nodes", () => {
  const line = (...cells: string[]) => [...cells, ...Array(10 - cells.length).fill("_")].join("\t");
  const text = [
    "# sent_id = 1",
    line("1-2", "vámonos"),
    line("1", "vamos", "ir", "VERB"),
    line("2", "nos", "nosotros", "PRON"),
    line("2.1", "x", "x", "X"),
    "",
    line("1", "#", "#", "SYM"),
  ].join("\n");
  assert.deepEqual(rowsOf(text), [[["vamos", "nos"], ["#"]], [["VERB", "PRON"], ["SYM"]]]);
});

Deno.test("all lines without their columns are named at once", () => {
  assert.throws(
    () => parseConll("a X O\nb O\n\nc\nd X O", { where: "train.conll" }),
    isMistake("data", "train.conll", 'line 2: "b O" has 2 columns, not 3', "line 4"),
  );
  assert.throws(() => parseConll("word\n"), isMistake("data", "line 1"));
  assert.throws(() => parseConll("a O", { tags: 3 }), isMistake("data", "has 2 columns, not 3"));
  assert.throws(
    () => parseConll("a O", { tags: 0, separator: "," as "tab" }),
    isMistake("input", "tags is 0", "separator"),
  );
});

Deno.test("a file without words is a table without rows; one that is missing is named", async () => {
  assert.equal(parseConll("\n\n").numRows(), 0);
  await assert.rejects(readConll("no/such.conll"), isMistake("data", "no/such.conll"));
});

Deno.test("readTable knows the ending", async () => {
  const path = await Deno.makeTempFile({ suffix: ".conll" });
  await Deno.writeTextFile(path, "a X O\nb Y O\n");
  assert.deepEqual((await readTable(path)).objects(), [{ tokens: ["a", "b"], tags: ["O", "O"] }]);
  await Deno.remove(path);
});
