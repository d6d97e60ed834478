import assert from "node:assert/strict";
import { readSpans } from "../../../lib/tasks/token_classification/read_spans.ts";
import { splitWords } from "../../../lib/tasks/token_classification/split_words.ts";
import {
  readTaggedRows,
  readTextRows,
} from "../../../lib/tasks/token_classification/tagged_rows.ts";
import { tokenClassification } from "../../../lib/tasks/token_classification.ts";
import { tableFromColumns } from "../../../lib/table/table.ts";
import { isMistake } from "../../is_mistake.ts";

const words = (text: string, split: "words" | "spaces" | "characters" = "words") =>
  splitWords(text, split).map(({ start, end }) => text.slice(start, end));

Deno.test("words are runs of letters and digits; other characters stand alone", () => {
  assert.deepEqual(words("Dr. O'Neill's 3rd  naïve_test—ok?"), [
    "Dr",
    ".",
    "O",
    "'",
    "Neill",
    "'",
    "s",
    "3rd",
    "naïve_test",
    "—",
    "ok",
    "?",
  ]);
  assert.deepEqual(words("我爱New York🙂ไทย"), ["我", "爱", "New", "York", "🙂", "ไ", "ท", "ย"]);
  assert.deepEqual(words("cafe\u0301 x"), ["cafe\u0301", "x"]);
  assert.deepEqual(words(" a-b c ", "spaces"), ["a-b", "c"]);
  assert.deepEqual(words("ab 🙂", "characters"), ["a", "b", "🙂"]);
});

const readAll = (value: unknown, text: string, unit: "codepoints" | "utf16" = "codepoints") => {
  const wrong: string[] = [];
  return { spans: readSpans(value, text, unit, (what) => wrong.push(what)), wrong };
};

const bigints = (_: string, value: unknown) => typeof value === "bigint" ? Number(value) : value;

Deno.test("spans of every annotation tool are the same spans", () => {
  const text = "🙂 Alice met Bob";
  const wanted = [{ start: 3, end: 8, label: "PER" }, { start: 13, end: 16, label: "ORG" }];
  const shapes: unknown[] = [
    [{ start: 2, end: 7, label: "PER" }, { start: 12, end: 15, label: "ORG" }],
    [[12, 15, "ORG"], [2, 7, "PER"]],
    { entities: [[2, 7, "PER"], [12, 15, "ORG"]] },
    [{ start_offset: 2, end_offset: 7, label: "PER" }, { start: 12, end: 15, type: "ORG" }],
    [
      { value: { start: 3, end: 8, text: "Alice", labels: ["PER"] }, type: "labels" },
      { start: 13, end: 16, text: "Bob", labels: ["ORG"] },
    ],
    [
      { entity_group: "PER", start: 2n, end: 7n, score: 0.5 },
      { entity: "ORG", start: 12, end: 15 },
    ],
    JSON.stringify([[2, 7, "PER"], [12, 15, "ORG"]]),
  ];
  for (const shape of shapes) {
    assert.deepEqual(
      readAll(shape, text),
      { spans: wanted, wrong: [] },
      JSON.stringify(shape, bigints),
    );
  }
  const units = readAll([[3, 8, "PER"], [13, 16, "ORG"]], text, "utf16");
  assert.deepEqual(units, { spans: wanted, wrong: [] });
});

Deno.test("every span that is wrong is described", () => {
  const { wrong } = readAll(
    [
      [0, 5, "A"],
      [3, 8, "B"],
      [7, 7, "C"],
      [12, 99, "D"],
      { start: 9, end: 12 },
      { start: "1", end: 2, label: "E" },
      7,
      { start: 0, end: 5, label: "F", text: "Bob" },
      { start: 0, end: 5, labels: ["G", "H"] },
    ],
    "Alice met Bob",
  );
  assert.deepEqual(wrong, [
    "span 3 is empty: it starts at 7 and ends at 7",
    "span 4 is out of the text: 12–99 of 13 characters",
    "span 5 has no label",
    "span 6 has no whole numbers for its start and end",
    "span 7 is a number",
    'span 8 says that "Bob" stands at 0–5, which is "Alice"',
    "span 9 has 2 labels, not one",
    '"Alice" A and "ce me" B overlap; a word has one tag, so leave one of the two out',
  ]);
  assert.deepEqual(readAll("Alice", "Alice").wrong, ["the spans are a text, not a list"]);
  assert.deepEqual(readAll(null, "Alice").wrong, ["the spans are missing, not a list"]);
});

const options = { tokens: "words", tags: "tags" };
const where = "the test data";

Deno.test("lists of words are texts with a space between words", () => {
  const table = tableFromColumns({
    words: [["New", "York", "!"], '["a"]'],
    tags: [["B-LOC", "I-LOC", "O"], ["O"]],
  });
  const { rows, scheme } = readTaggedRows(table, options, { where });
  assert.equal(scheme, "BIO");
  assert.equal(rows[0].text, "New York !");
  assert.deepEqual(rows[0].words[2], { start: 9, end: 10 });
  assert.deepEqual(rows[1].tags, ["O"]);
  const { rows: [text, list] } = readTextRows(
    tableFromColumns({ words: ["New York!", ["New"]] }),
    options,
    where,
  );
  assert.deepEqual([text.isList, text.words.length], [false, 3]);
  assert.deepEqual([list.isList, list.words.length], [true, 1]);
});

Deno.test("numbers of tags get names, or are tags themselves", () => {
  const table = tableFromColumns({ words: [["a", "b"]], tags: [Int32Array.of(1, 0)] });
  const named = readTaggedRows(table, { ...options, names: ["O", "B-X"] }, { where });
  assert.deepEqual(named.rows[0].tags, ["B-X", "O"]);
  const plain = readTaggedRows(table, options, { where });
  assert.deepEqual([plain.scheme, plain.rows[0].tags], ["plain", ["1", "0"]]);
  assert.throws(
    () => readTaggedRows(table, { ...options, names: ["O"] }, { where }),
    isMistake("data", "row 1: word 1: tag 1 has no name"),
  );
});

Deno.test("all rows that cannot be read are one error, with their numbers", () => {
  const table = tableFromColumns({
    words: [["a"], ["a", "b"], "a b", [], ["a", " "], null, ["a"], ["a"]],
    tags: [["O"], ["O"], ["O"], [], ["O", "O"], ["O"], 7, [""]],
  });
  assert.throws(
    () => readTaggedRows(table, options, { where }),
    isMistake(
      "data",
      'these 7 of 8 rows of the test data, columns "words" and "tags"',
      "row 2: 2 words, but 1 tags",
      "row 3: the words are a text, not a list",
      "row 4: no words",
      "row 5: word 2 is empty",
      "row 6: the words are missing, not a list",
      "row 7: the tags are a number, not a list",
      "row 8: word 1: an empty tag",
    ),
  );
});

Deno.test("tags in a wrong order are one error, unless they are learned as they are", () => {
  const table = tableFromColumns({
    words: [["a", "b"], ["a"], ["a", "b"]],
    tags: [["B-X", "I-X"], ["I-X"], ["O", "I-X"]],
  });
  assert.throws(
    () => readTaggedRows(table, options, { where }),
    isMistake("data", "these 2 of 3 rows", "row 2, word 1", "row 3, word 2", "BIO", '"plain"'),
  );
  assert.equal(readTaggedRows(table, { ...options, scheme: "plain" }, { where }).rows.length, 3);
  assert.throws(
    () => readTaggedRows(table, { ...options, scheme: "IOBES" }, { where }),
    isMistake("data", 'row 1, word 2: the end follows "I-X"'),
  );
});

Deno.test("spans become tags of the words that they cover", () => {
  const read = (text: string, spans: unknown, more = {}) => {
    const table = tableFromColumns({ text: [text], spans: [spans] });
    return readTaggedRows(table, { text: "text", spans: "spans", ...more }, { where }).rows[0].tags;
  };
  const text = "In New York, Alice.";
  // White space at the ends is no mistake.
  assert.deepEqual(read(text, [[2, 11, "LOC"], [12, 18, "PER"]]), [
    "O",
    "B-LOC",
    "I-LOC",
    "O",
    "B-PER",
    "O",
  ]);
  assert.deepEqual(read(text, [[3, 11, "LOC"], [13, 18, "PER"]], { scheme: "IOBES" }), [
    "O",
    "B-LOC",
    "E-LOC",
    "O",
    "S-PER",
    "O",
  ]);
  assert.deepEqual(read("我爱北京", [[2, 4, "LOC"]]), ["O", "O", "B-LOC", "I-LOC"]);
  assert.deepEqual(read("unhappy", [[0, 2, "NEG"]], { split: "characters" }), [
    "B-NEG",
    "I-NEG",
    "O",
    "O",
    "O",
    "O",
    "O",
  ]);
  assert.throws(
    () => read("unhappy days ", [[0, 2, "NEG"], [3, 9, "X"], [12, 13, "Y"]]),
    isMistake(
      "data",
      '"un" NEG (0–2) ends inside of the word "unhappy"',
      '"appy d" X (3–9) begins inside of the word "unhappy"',
      '" " Y has no word',
      'split: "characters"',
    ),
  );
});

Deno.test("a span that cuts a word says what its offsets count where that matters", () => {
  const task = tokenClassification({ text: "text", spans: "spans" });
  const check = (text: string, span: readonly unknown[]) => () =>
    task.checkRows(tableFromColumns({ text: [text], spans: [[span]] }), "f.jsonl");
  assert.throws(
    check("😀 Alice met", [3, 8, "PER"]),
    isMistake("data", 'row 1: "lice " PER', "offsets count codepoints", "utf16", "split"),
  );
  assert.throws(check("Alice met", [1, 5, "PER"]), (error: Error) => !/utf16/.test(error.message));
});

Deno.test("a list that Python printed is called so", () => {
  const table = tableFromColumns({
    words: ["['New', 'York']", "['a' 'b']", ["a"], '["a"', "a b", ["a"]],
    tags: [["O", "O"], ["O", "O"], "['O']", ["O"], ["O"], "[0 1]"],
  });
  assert.throws(
    () => readTaggedRows(table, options, { where }),
    isMistake(
      "data",
      `row 1: the words are the text "['New', 'York']", as Python prints values`,
      "json.dumps",
      `row 2: the words are the text "['a' 'b']", as Python`,
      `row 3: the tags are the text "['O']", as Python`,
      `row 4: the words are the text "[\\"a\\"", which is no JSON of a list`,
      "row 5: the words are a text, not a list",
      'row 6: the tags are the text "[0 1]", as Python',
    ),
  );
  assert.match(readAll("[(0, 5, 'PER')]", "Alice").wrong[0], /^the spans are .*Python prints/);
});

Deno.test("labels and tags lose the blanks around them; O is no label, and NaN no tag", () => {
  const { spans, wrong } = readAll([[0, 5, " PER\n"], [6, 9, "O"], [10, 13, " "]], "Alice met Bob");
  assert.deepEqual(spans, [{ start: 0, end: 5, label: "PER" }]);
  assert.match(wrong[0], /^span 2 has the label "O", which is the tag of words outside/);
  assert.equal(wrong[1], "span 3 has no label");
  assert.deepEqual(readAll([{ start: 0, end: 5, labels: [null] }], "Alice").wrong, [
    "span 1 has no label",
  ]);
  const table = tableFromColumns({ words: [["a", "b"]], tags: [["B-X ", " O"]] });
  assert.deepEqual(readTaggedRows(table, options, { where }).rows[0].tags, ["B-X", "O"]);
  const odd = tableFromColumns({ words: [["a"], ["a"], NaN], tags: [[NaN], [0.5], ["O"]] });
  assert.throws(
    () => readTaggedRows(odd, options, { where }),
    isMistake(
      "data",
      "row 1: word 1: its tag is missing (NaN)",
      "row 2: word 1: its tag is a number, not a text or a whole number",
      "row 3: the words are missing (NaN)",
    ),
  );
});

Deno.test("tags have one name each, as the classes of all tasks", () => {
  const read = (tags: unknown[]) =>
    tokenClassification({ tokens: "w", tags: "t" }).checkRows(
      tableFromColumns({ w: [["a", "b"], ["c", "d"]], t: tags }),
      "rows",
    );
  read([["x", "y "], ["x ", "y"]]);
  assert.throws(
    () => read([["x", "y"], ["x\u200b", "y"]]),
    isMistake("data", 'the column "t" of rows', String.raw`"x" (row 1) and "x\u200b" (row 2)`),
  );
  assert.throws(
    () => read([[1, 2], ["NaN", 1]]),
    isMistake("data", 'row 2: "NaN" among numbers'),
  );
});
