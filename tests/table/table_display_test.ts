import assert from "node:assert/strict";
import { displayOfTable } from "../../lib/table/table_display.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { assertSelfContained, hostile, picturesOf } from "../core/self_contained.ts";

Deno.test("shows the first rows, and each column's type, gaps and values", () => {
  const table = tableFromColumns({
    text: Array.from({ length: 20 }, (_, i) => "x".repeat(i + 1)),
    stars: Array.from({ length: 20 }, (_, i) => i < 3 ? null : i % 5),
    score: Array.from({ length: 20 }, (_, i) => i / 3),
    class: Array.from({ length: 20 }, (_, i) => i % 4 === 0 ? "bad" : "good"),
    mixed: Array.from({ length: 20 }, (_, i) => i % 2 ? "a" : 1),
    none: new Array(20).fill(null),
    day: Array.from({ length: 20 }, (_, i) => new Date(86_400_000 * i)),
    list: Array.from({ length: 20 }, (_, i) => [i, i + 1]),
  });
  const bundle = displayOfTable(table);
  const text = bundle["text/plain"];
  assert.match(text, /^20 rows × 8 columns/);
  assert.match(text, /text +text +20 different .*1 … 20 characters/);
  assert.match(text, /stars +integer +3 missing +5 different .*0 … 4, mean 2/);
  assert.match(text, /score +number +20 different/);
  assert.match(text, /class +text +2 different.*good: 15, bad: 5/);
  assert.match(text, /mixed +mixed/);
  assert.match(text, /none +empty +20 missing/);
  assert.match(text, /day +date .*1970-01-01T00:00:00.000Z … 1970-01-20/);
  assert.match(text, /list +list .*2 … 2 items/);
  const markup = assertSelfContained(bundle);
  assert.equal(markup.match(/<table/g)?.length, 2);
  assert.ok(picturesOf(markup).length >= 4);
});

Deno.test("dates that are none are missing, in rows, counts, range and histogram", () => {
  const day = Array.from({ length: 12 }, (_, i) => new Date(i % 3 ? 86_400_000 * i : NaN));
  const { "text/plain": text, "text/html": markup } = displayOfTable(tableFromColumns({ day }));
  assert.match(text, /day +date +4 missing +8 different +\S+ +1970-01-02T\S+ … 1970-01-12T/);
  assert.doesNotMatch(text + markup, /NaN|Invalid|no date/);
  const none = tableFromColumns({ day: new Array(9).fill(new Date(NaN)) });
  assert.match(displayOfTable(none)["text/plain"], /day +empty +9 missing +0 different/);
});

Deno.test("files in cells are told by their sizes, equal ones once", () => {
  const file = (size: number) => ({ bytes: new Uint8Array(size), path: `${size}.png` });
  const image = Array.from({ length: 12 }, (_, at) => file(1000 + at % 4));
  const { "text/plain": text } = displayOfTable(tableFromColumns({ image }));
  assert.match(text, /1 +1000\.png, 1,000 bytes/);
  assert.match(text, /image +bytes +4 different .*1,000 … 1,003 bytes/);
});

Deno.test("hostile names and values stay texts", () => {
  const table = tableFromColumns({
    [hostile]: [hostile, "b"],
    bad: [{ a: hostile }, new Date(NaN)],
  });
  const markup = assertSelfContained(displayOfTable(table));
  assert.ok(!markup.includes("<script") && !markup.includes("onerror=alert(1)>"));
});

Deno.test("a filter and an order of the table are respected", () => {
  const n = Array.from({ length: 10 }, (_, at) => at);
  const table = tableFromColumns({ n }).filter((row: { n: number }) => row.n > 0);
  assert.match(displayOfTable(table)["text/plain"], /1 … 9, mean 5/);
});

Deno.test("columns are not summarised where all rows are shown", () => {
  const shown = (rows: number) =>
    displayOfTable(tableFromColumns({ probability: Array.from({ length: rows }, Math.random) }));
  assert.doesNotMatch(shown(8)["text/plain"], /different|first/);
  assert.doesNotMatch(shown(8)["text/html"]!, /histogram|first/);
  assert.match(shown(9)["text/plain"], /the first 8 rows|different/);
  assert.match(shown(9)["text/html"]!, /the first 8 rows.*histogram/s);
});

Deno.test("tables without rows or columns, and wide ones, have displays", () => {
  assert.match(displayOfTable(tableFromColumns({ a: [] }))["text/plain"], /^0 rows × 1 column/);
  assert.match(displayOfTable(tableFromColumns({}))["text/plain"], /^0 rows × 0 columns/);
  const wide = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`c${i}`, [i]]));
  assert.match(displayOfTable(tableFromColumns(wide))["text/plain"], /the first 24 of which/);
});
