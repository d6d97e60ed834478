import assert from "node:assert/strict";
import { tableFromRows } from "tunebook";
import { asked, inBatches, learned, unseen } from "../../pretrained/translation/rows.ts";

Deno.test("a message is asked for with the token of its language", () => {
  assert.deepEqual(asked({ source: "Open", target: "Abrir", language: "es" }), {
    source: ">>es<< Open",
    target: "Abrir",
  });
  assert.ok(unseen.every((language) => !learned.includes(language)));
});

Deno.test("batches are of like length and in no order of length, and lose less than one", () => {
  const length = (row: { source: string; target: string }) => row.source.length + row.target.length;
  const rows = Array.from({ length: 103 }, (_, i) => ({
    source: "a".repeat(1 + i * 37 % 103),
    target: String(i),
  }));
  const made = inBatches(tableFromRows(rows), 10).objects() as typeof rows;
  assert.equal(made.length, 100);
  assert.equal(new Set(made.map(({ target }) => target)).size, 100);
  const means = Array.from({ length: 10 }, (_, batch) => {
    const lengths = made.slice(10 * batch, 10 * batch + 10).map(length);
    assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 14, String(lengths));
    return lengths.reduce((sum, each) => sum + each);
  });
  assert.notDeepEqual(means, means.toSorted((a, b) => a - b));
  assert.notDeepEqual(means, means.toSorted((a, b) => b - a));
});
