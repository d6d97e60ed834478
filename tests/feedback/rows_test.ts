import assert from "node:assert/strict";
import { feedback } from "../../lib/feedback/feedback.ts";
import { readItems, type ReadItemsOptions } from "../../lib/feedback/rows/read_items.ts";
import { tableFromRows } from "../../lib/table/table.ts";
import { isMistake } from "../is_mistake.ts";

const usual: ReadItemsOptions = {
  columns: {},
  kind: undefined,
  labels: undefined,
  ties: true,
  where: "the rows",
};

type Rows = readonly Readonly<Record<string, unknown>>[];
const itemsOf = (rows: Rows, options: Partial<ReadItemsOptions> = {}) =>
  readItems(tableFromRows(rows), { ...usual, ...options }).items;
const user = { role: "user", content: "Hi" };
const assistant = { role: "assistant", content: "Hello!" };

Deno.test("columns tell what is judged", () => {
  const cases:
    readonly (readonly [row: Record<string, unknown>, kind: string, content: unknown])[] = [
      [{ prompt: "p", answers: ["a", "b"] }, "pair", { prompt: "p", answers: ["a", "b"] }],
      [{ prompt: "p", chosen: "a", rejected: "b" }, "pair", { prompt: "p", answers: ["a", "b"] }],
      [{ question: "p", answer_a: "a", answer_b: "b" }, "pair", {
        prompt: "p",
        answers: ["a", "b"],
      }],
      [{ prompt: "p", completions: ["a", "b", "c"] }, "ranking", {
        prompt: "p",
        answers: ["a", "b", "c"],
      }],
      [{ prompt: [user], completion: [assistant] }, "thumbs", {
        prompt: [user],
        answers: ["Hello!"],
      }],
      [{ messages: [user, assistant] }, "thumbs", { prompt: [user], answers: ["Hello!"] }],
      [
        { chosen: [user, assistant], rejected: [user, { ...assistant, content: "No." }] },
        "pair",
        { prompt: [user], answers: ["Hello!", "No."] },
      ],
      [
        { text: "😀 Ann", entities: [{ start: 2, end: 5, label: "PER" }] },
        "spans",
        { text: "😀 Ann", spans: [{ start: 2, end: 5, label: "PER" }] },
      ],
      [
        { tokens: ["Ann", "Lee", "left"], tags: ["B-PER", "I-PER", "O"] },
        "spans",
        { text: "Ann Lee left", spans: [{ start: 0, end: 7, label: "PER" }] },
      ],
    ];
  for (const [row, kind, content] of cases) {
    const [item] = itemsOf([row]);
    assert.deepEqual([item.kind, item.content], [kind, content], JSON.stringify(row));
  }
  const rows = [{ text: "fine", label: "good" }, { text: "bad", label: null }, {
    text: "ok",
    label: "fair",
  }];
  const { items, labels } = readItems(tableFromRows(rows), usual);
  assert.deepEqual(items.map(({ kind }) => kind), ["label", "label", "label"]);
  assert.deepEqual([labels, items[1].content], [["fair", "good"], { text: "bad", label: null }]);
  const [edit] = itemsOf([{ prompt: "p", answer: "a" }], { kind: "edit" });
  assert.equal(edit.kind, "edit");
});

Deno.test("the id of an item is that of what it shows; copies are judged once", () => {
  const rows = [{ prompt: "p", answers: ["a", "b"] }, { prompt: "p", answers: ["b", "a"] }];
  const [first, second] = itemsOf(rows);
  assert.notEqual(first.id, second.id);
  assert.equal(itemsOf([rows[1]])[0].id, second.id);
  const { items, copies, rowOf } = readItems(tableFromRows([rows[0], rows[0], rows[1]]), usual);
  assert.deepEqual([items.length, copies, rowOf], [2, 1, [0, 2]]);
});

Deno.test("all rows that cannot be judged are told at once", () => {
  const rows: Rows = [
    { prompt: "p", answers: ["a", ""] },
    { prompt: { is: 3 }, answers: ["a", "b"] },
    { prompt: "p", answers: ["a", "b"], gold: 2 },
    { prompt: "p", answers: Array(10).fill("a") },
    { prompt: "p", answers: ["a", "b"], gold: "tie" },
  ];
  assert.throws(
    () => itemsOf(rows),
    isMistake(
      "data",
      "these 4 of 5 rows",
      'row 1: answer 2 is "", not a text',
      "row 2: the prompt is {",
      "row 3: the known answer must be 0 or 1",
      "row 4: 10 answers",
    ),
  );
  assert.throws(() => itemsOf([{ body: "x" }]), isMistake("data", '"body"', "columns: {"));
  assert.throws(() => itemsOf([{ prompt: "p" }]), isMistake("data", "a prompt with answers"));
  assert.throws(
    () => itemsOf([{ text: "x", label: "a" }]),
    isMistake("input", "there is 1 label", "name those"),
  );
  assert.throws(
    () => itemsOf([{ text: "x", label: "a" }], { labels: ["b", "c"] }),
    isMistake("data", 'row 1: its label "a" is none of labels'),
  );
  assert.throws(
    () => itemsOf([{ text: "Ann", spans: [{ start: 0, end: 9, label: "PER" }] }]),
    isMistake("data", "row 1: span 1 is out of the text"),
  );
});

Deno.test("options that make no sense are refused together", () => {
  assert.throws(
    () =>
      feedback([], {
        next: "uncertain",
        token: "short",
        columns: { promt: "x" } as never,
        perItem: 0,
      }),
    isMistake("input", "needs scores", "8 or more letters", "promt", "perItem is 0"),
  );
  assert.throws(() => feedback(undefined as never), isMistake("input", "feedback takes a table"));
});

Deno.test("lists, conversations and known answers are read from texts of JSON, as columns of CSV have them", () => {
  const json = JSON.stringify;
  const [pair, ranking, known] = itemsOf([
    { prompt: json([user]), answers: json(["a", "b"]), gold: "1" },
    { prompt: "p", answers: json(["a", "b", "c"]), gold: "[2,0,1]" },
    { prompt: "q", answers: json([[assistant], "b"]), gold: "tie" },
  ]);
  assert.deepEqual([pair.kind, pair.content, pair.gold], [
    "pair",
    { prompt: [user], answers: ["a", "b"] },
    1,
  ]);
  assert.deepEqual([ranking.kind, ranking.gold], ["ranking", [2, 0, 1]]);
  assert.deepEqual([known.content, known.gold], [
    { prompt: "q", answers: ["Hello!", "b"] },
    "tie",
  ]);
  const [shared] = itemsOf([{
    chosen: json([user, assistant]),
    rejected: json([user, { ...assistant, content: "No." }]),
  }]);
  assert.deepEqual(shared.content, { prompt: [user], answers: ["Hello!", "No."] });
  const [label] = itemsOf([{ text: "t", label: 1, gold: 0 }, { text: "u", label: 0, gold: null }]);
  assert.equal(label.gold, "0");
});

Deno.test("an answer that is itself JSON stays one answer", () => {
  const answer = '["a","b"]';
  const [item] = itemsOf([{ prompt: "p", answer }]);
  assert.deepEqual([item.kind, item.content], ["thumbs", { prompt: "p", answers: [answer] }]);
  const [edited] = itemsOf([{ prompt: "p", answers: answer }], { kind: "edit" });
  assert.deepEqual(edited.content, { prompt: "p", answers: [answer] });
});

Deno.test("answers, prompts and texts that are numbers, as columns of CSV have them, are what they say", () => {
  const rows = [{ prompt: 2, a: 4, b: true }, { prompt: 3n, a: 0.5, b: false }];
  const columns = { prompt: "prompt", answers: ["a", "b"] };
  assert.deepEqual(itemsOf(rows, { columns }).map(({ content }) => content), [
    { prompt: "2", answers: ["4", "true"] },
    { prompt: "3", answers: ["0.5", "false"] },
  ]);
  const [{ content }] = itemsOf([{ text: 7, label: "odd" }, { text: 8, label: "even" }]);
  assert.deepEqual(content, { text: "7", label: "odd" });
});
