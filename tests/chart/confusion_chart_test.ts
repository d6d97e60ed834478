import assert from "node:assert/strict";
import { confusionChart } from "../../lib/chart/confusion_chart.ts";
import { jupyterDisplay } from "../../lib/core/display.ts";

/** Classes of 80 rows that are right and of 20 that the next class got. */
function chartOf(classes: number) {
  const labels = Array.from({ length: classes }, (_, i) => `kind ${i}`);
  const counts = labels.map((_, i) =>
    labels.map((_, j) => i === j ? 80 : j === (i + 1) % classes ? 20 : 0)
  );
  return confusionChart({ labels, counts });
}
const sizeOf = (svg: string) => Number(/width="(\d+)"/.exec(svg)![1]);

Deno.test("few classes have cells with numbers, zeros among them", async () => {
  const svg = await chartOf(3).svg();
  assert.equal(svg.match(/aria-roledescription="rect mark"/g)?.length, 9);
  assert.equal(svg.match(/>80<\/text>/g)?.length, 3);
  assert.equal(svg.match(/>0<\/text>/g)?.length, 3);
});

Deno.test("a hundred classes fit on a page, without numbers that nobody can read", async () => {
  const drawn = chartOf(100);
  const svg = await drawn.svg();
  assert.ok(sizeOf(svg) < 900, `${sizeOf(svg)} pixels`);
  assert.doesNotMatch(svg, />80<\/text>/);
  // Only cells with rows are drawn, over the colour of none.
  assert.equal(svg.match(/aria-roledescription="rect mark"/g)?.length, 200);
  assert.match(svg, /<path class="background"[^>]*fill="#f7fbff"/);
  const bundle = await drawn[jupyterDisplay]();
  assert.ok(JSON.stringify(bundle).length < 200_000);
  assert.match(
    String(drawn),
    /100 classes: 8000 of 10000 rows are right.*kind 0 given as kind 1 20/,
  );
  assert.ok(String(drawn).length < 1000);
});

Deno.test("classes without rows keep their place on both axes", async () => {
  const labels = Array.from({ length: 40 }, (_, i) => `kind ${i}`);
  const counts = labels.map((_, i) => labels.map((_, j) => i === j && i > 0 ? 1 : 0));
  assert.equal((await confusionChart({ labels, counts }).svg()).match(/>kind 0</g)?.length, 2);
});

Deno.test("of very many cells those with the largest shares are drawn", async () => {
  const labels = Array.from({ length: 80 }, (_, i) => `kind ${i}`);
  const counts = labels.map((_, i) => labels.map((_, j) => i === j ? 5 : 1));
  const drawn = confusionChart({ labels, counts });
  assert.equal((await drawn.svg()).match(/aria-roledescription="rect mark"/g)?.length, 4000);
  const { data } = drawn.spec as unknown as { data: { values: { rows: number }[] } };
  assert.equal(data.values.filter(({ rows }) => rows === 5).length, 80);
});
