import assert from "node:assert/strict";
import { histogramOf, histogramText, sparkline, thinned } from "../../lib/core/sparkline.ts";

Deno.test("a sparkline runs from the lowest to the highest block", () => {
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7]), "▁▂▃▄▅▆▇█");
  assert.equal(sparkline([3, 3, 3]), "▁▁▁");
  assert.equal(sparkline([]), "");
  assert.equal(sparkline([0, NaN, 1]), "▁ █");
});

Deno.test("many numbers become means of runs that cover all of them", () => {
  assert.deepEqual(thinned([1, 3, 5, 7], 2), [2, 6]);
  const values = Array.from({ length: 1003 }, (_, i) => i);
  assert.equal(thinned(values, 40).length, 40);
  assert.equal([...sparkline(values, 40)].length, 40);
});

Deno.test("a histogram counts every finite number once", () => {
  assert.deepEqual(histogramOf([1, 2, 2, 5]), { counts: [1, 2, 0, 0, 1], low: 1, high: 5 });
  const { counts } = histogramOf([0.1, 0.25, 1, NaN, Infinity], 3);
  assert.deepEqual(counts, [2, 0, 1]);
  assert.deepEqual(histogramOf([0.5, 0.5]).counts, [2]);
  assert.deepEqual(histogramOf([]).counts, []);
  const most = histogramOf([-1e308, 1e308, 1.5e308], 4);
  assert.deepEqual(most, { counts: [1, 0, 0, 2], low: -1e308, high: 1.5e308 });
  const wide = histogramOf(Array.from({ length: 1000 }, (_, i) => i));
  assert.equal(wide.counts.reduce((a, b) => a + b), 1000);
  assert.ok(wide.counts.length <= 12);
});

Deno.test("an empty bin does not look like one with a row", () => {
  assert.equal(histogramText([0, 1, 100]), "·▁█");
});
