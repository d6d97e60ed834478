import assert from "node:assert/strict";
import { seriesChart, type SeriesPoint, seriesText } from "../../lib/chart/series_chart.ts";

const names = ["query", "key", "value"].flatMap((name) =>
  [0, 1].map((layer) => `encoder.layer.${layer}.self.${name}`)
);
/** Every name has 12 until step 5, then its place in the list. */
const points: SeriesPoint[] = [
  { step: 0, values: Object.fromEntries(names.map((name) => [name, 12])) },
  { step: 3, values: Object.fromEntries(names.map((name) => [name, 12])) },
  { step: 5, values: Object.fromEntries(names.map((name, at) => [name, at])) },
];

interface Held {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly value: number;
}
const heldIn = (spec: unknown) => (spec as { data: { values: Held[] } }).data.values;

Deno.test("many names are rows whose stretches last until the number changes", async () => {
  const drawn = seriesChart(points, { name: "ranks", lastStep: 8, totalSteps: 20 });
  const held = heldIn(drawn.spec);
  assert.equal(held.length, 2 * names.length);
  assert.deepEqual(held.slice(0, 2), [
    { label: "0.query", from: 0, to: 5, value: 12 },
    { label: "0.query", from: 5, to: 8, value: 0 },
  ]);
  assert.equal((await drawn.svg()).match(/<path[^>]*fill="rgb/g)?.length, held.length);
  assert.match(String(drawn), /ranks of 6, after step 5: 0\.query 0, 1\.query 1/);
});

Deno.test("few names are lines, shared parts of names are left out", async () => {
  const few = points.map(({ step, values }) => ({
    step,
    values: { "a.x.end": values[names[0]], "a.y.end": values[names[1]] },
  }));
  const drawn = seriesChart(few, { name: "ranks" });
  assert.deepEqual([...new Set(heldIn(drawn.spec).map(({ label }) => label))], ["x", "y"]);
  assert.match(await drawn.svg(), /mark-line/);
});

Deno.test("a series in a line of text", () => {
  assert.equal(seriesText("ranks", points), "ranks 0 to 5");
  assert.equal(seriesText("ranks", points.slice(0, 1)), "ranks 12");
  assert.equal(seriesText("ranks", []), "ranks none");
});

Deno.test("a series without points is drawn too", async () => {
  assert.equal(String(seriesChart([], { name: "ranks" })), "ranks: nothing yet");
  await seriesChart([]).svg();
});
