import assert from "node:assert/strict";
import { jupyterDisplay, type MimeBundle } from "../../lib/core/display.ts";
import { Random } from "../../lib/core/random.ts";
import { searchIndex, textSearchIndex } from "../../lib/evaluate/search_index.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { isMistake } from "../is_mistake.ts";

const random = Random.fromSeed(1, "vectors");
const normal = (count: number, size: number) =>
  Array.from({ length: count }, () => Float32Array.from({ length: size }, () => random.normal()));
const numbered = (rows: number) =>
  tableFromColumns({ id: Array.from({ length: rows }, (_, row) => row) });

Deno.test("the nearest rows are found as by comparing all of them", () => {
  for (const size of [1, 3, 4, 13]) {
    const vectors = normal(300, size);
    const index = searchIndex({ table: numbered(300), vectors });
    const [query] = normal(1, size);
    const cosine = (a: Float32Array, b: Float32Array) =>
      a.reduce((sum, each, i) => sum + each * b[i], 0) / Math.hypot(...a) / Math.hypot(...b);
    const wanted = vectors.map((vector, row) => ({ row, score: cosine(vector, query) }))
      .sort((a, b) => b.score - a.score || a.row - b.row);
    for (const top of [1, 7, 300, 999]) {
      const hits = index.search(query, { top });
      assert.equal(hits.length, Math.min(top, 300));
      hits.forEach((hit, at) => {
        // In one dimension nearly all cosines tie.
        if (size > 1) assert.equal(hit.row, wanted[at].row);
        assert.ok(Math.abs(hit.score - wanted[at].score) < 1e-6);
        assert.equal(hit.values.id, hit.row);
      });
    }
  }
});

Deno.test("equal scores keep the order of the rows", () => {
  const vectors = Array.from({ length: 50 }, (_, row) => row % 2 === 0 ? [1, 0] : [0, 1]);
  const hits = searchIndex({ table: numbered(50), vectors }).search([1, 0], { top: 27 });
  const even = Array.from({ length: 25 }, (_, at) => 2 * at);
  assert.deepEqual(hits.map(({ row }) => row), [...even, 1, 3]);
  assert.equal(hits[0].score, 1);
});

Deno.test("a filtered and ordered table is searched as it is seen", () => {
  const table = tableFromColumns({ word: ["a", "b", "c"], n: [3, 1, 2] })
    .filter((row: { n: number }) => row.n > 1).orderby("n").reify();
  const hits = searchIndex({ table, vectors: [[1, 0], [0, 1]] }).search([0, 1]);
  assert.deepEqual(hits.map(({ values }) => values.word), ["a", "c"]);
});

Deno.test("an index over texts is asked with a text, and shows what it found", async () => {
  const index = await textSearchIndex({
    table: tableFromColumns({ word: ["sea", "shore"], kind: ["noun", null] }),
    text: "word",
    embed: (texts) => Promise.resolve(texts.map((text) => [text.length, 1])),
  });
  const hits = await index.ask("seven", { top: 1 });
  assert.deepEqual(hits.map(({ row }) => row), [1]);
  const shown = (hits as unknown as { [jupyterDisplay](): MimeBundle })[jupyterDisplay]();
  assert.match(shown["text/plain"], /score +row +word +kind[^]*1\.000 +2 +shore/);
  assert.match(String(shown["text/html"]), /<table/);
});

Deno.test("100,000 vectors of 384 numbers are searched", () => {
  const rows = 100_000;
  const [few] = [normal(100, 384)];
  const vectors = Array.from({ length: rows }, (_, row) => few[row % few.length]);
  const index = searchIndex({ table: numbered(rows), vectors });
  const hits = index.search(few[3], { top: 10 });
  assert.deepEqual(hits.map(({ row }) => row), Array.from({ length: 10 }, (_, i) => 3 + 100 * i));
});

Deno.test("what cannot be searched is refused", () => {
  const table = numbered(2);
  assert.throws(
    () => searchIndex({ table, vectors: [[1]] }),
    isMistake("input", "1 vectors for 2 rows"),
  );
  assert.throws(
    () => searchIndex({ table, vectors: [[1, 0], [0, 0]] }),
    isMistake("input", "row 2: all numbers are 0"),
  );
  assert.throws(
    () => searchIndex({ table, vectors: [[1, 0], [1]] }),
    isMistake("input", "row 2: 1 numbers, but row 1 has 2"),
  );
  assert.throws(
    () => searchIndex({ table: numbered(0), vectors: [] }),
    isMistake("data", "no rows"),
  );
  const index = searchIndex({ table, vectors: [[1, 0], [0, 1]] });
  assert.throws(() => index.search([1]), isMistake("input", "1 numbers", "have 2"));
  assert.throws(() => index.search([NaN, 1]), isMistake("input", "no direction"));
  assert.throws(() => index.search([1, 1], { top: 0 }), isMistake("input", "top is 0"));
});
