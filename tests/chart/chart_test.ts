import assert from "node:assert/strict";
import { chart } from "../../lib/chart/chart.ts";
import { jupyterDisplay } from "../../lib/core/display.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { assertSelfContained, hostile, picturesOf } from "../core/self_contained.ts";

const table = tableFromColumns({
  "a.b": [1, 2, 3],
  n: [4n, 5n, 6n],
  day: [new Date(0), new Date(1e9), new Date(2e9)],
  kind: ["x", hostile, "x"],
});
type Loose = {
  encoding: Record<string, Record<string, unknown>>;
  mark: Record<string, unknown>;
  width: number;
  title?: string;
};
const specOf = (made: { spec: unknown }) => made.spec as Loose;

Deno.test("types of channels follow from the values, also for names with dots", () => {
  const made = chart(table).point().x("a.b").y("n").color("kind").encode("size", "day");
  const { encoding } = specOf(made);
  assert.deepEqual(encoding.x, { type: "quantitative", title: "a.b", field: "a_b" });
  assert.equal(encoding.y.type, "quantitative");
  assert.equal(encoding.color.type, "nominal");
  assert.equal(encoding.size.type, "temporal");
});

Deno.test("each call gives a new chart and leaves the old one", () => {
  const start = chart(table).x("n");
  const wide = start.size(900, 100).title("wide");
  assert.equal(specOf(start).width, 400);
  assert.equal(specOf(start).title, undefined);
  assert.equal(specOf(wide).width, 900);
  assert.throws(() => Object.assign(start, { spec: null }), TypeError);
});

Deno.test("every row is drawn, with dots in names and hostile texts", async () => {
  const svg = await chart(table).point().x("a.b").y("n").color("kind").svg();
  assert.equal(svg.match(/aria-roledescription="point"/g)?.length, 3);
  assert.ok(!svg.includes("<img"));
});

Deno.test("a column may have any name", async () => {
  for (
    const name of [hostile, "a[0]", "it's", 'say "x"', "back\\slash", "a b.c", "constructor", "a.b"]
  ) {
    const svg = await chart([{ [name]: 1, n: 1 }, { [name]: 5, n: 2 }]).x(name).y("n").svg();
    assert.equal(svg.match(/aria-roledescription="point"/g)?.length, 2, name);
    assert.match(svg, />5(?:\.0)?<\/text>/, name); // the axis reaches the value
  }
});

Deno.test("bars are aggregated, layers are drawn over one another", async () => {
  const bars = chart(table).bar().x("kind").y({ aggregate: "count" });
  assert.match(String(bars), /bar chart of 3 rows, x: kind, y: count/);
  assert.equal((await bars.svg()).match(/aria-roledescription="bar"/g)?.length, 2);
  const both = chart(table).line().x("a.b").y("n").over(chart(table).point().x("a.b").y("n"));
  const svg = await both.svg();
  assert.equal(svg.match(/aria-roledescription="point"/g)?.length, 3);
  assert.equal(svg.match(/aria-roledescription="line mark"/g)?.length, 1);
});

Deno.test("a display has words, a picture without network, and the specification", async () => {
  const made = chart(table).point().x("a.b").y("n").color("kind").title(hostile);
  const bundle = await made[jupyterDisplay]();
  const markup = assertSelfContained(bundle);
  assert.equal(picturesOf(markup).length, 1);
  assert.equal(bundle["application/vnd.vegalite.v6+json"], made.spec);
});

Deno.test("an unknown column is refused, with the likely one", () => {
  assert.throws(() => chart(table).y("kinds"), /no column "kinds" \(did you mean "kind"\?\)/);
});

Deno.test("a specification that names an address draws without asking it", async () => {
  let asked = 0;
  const server = Deno.serve({ port: 0, onListen() {} }, () => {
    asked++;
    return new Response("[]");
  });
  const url = `http://127.0.0.1:${server.addr.port}/rows.json`;
  await chart([]).with({ data: { url }, encoding: {} }).svg();
  await server.shutdown();
  assert.equal(asked, 0);
});

Deno.test("an unknown mark is an error that names the nearest one", () => {
  assert.throws(() => chart(table).mark("pont"), /no mark "pont" \(did you mean "point"\?\)/);
  assert.equal(specOf(chart(table).mark("trail").x("n")).mark.type, "trail");
});

Deno.test("links stay links, without scripts, and pictures from elsewhere are not named", async () => {
  const rows = [{ n: 1, to: "https://example.org/a" }, { n: 2, to: "javascript:alert(1)" }];
  const linked = await chart(rows).x("n").encode("href", "to").svg();
  assert.match(linked, /<a xlink:href="https:\/\/example\.org\/a"/);
  assert.ok(!/href="javascript/.test(linked));
  const pictures = await chart(rows).mark("image").x("n").encode("url", "to").svg();
  assert.ok(!/href="(https|javascript)/.test(pictures));
});

Deno.test("more marks than the limit are refused with what to do; bins of as many rows are drawn", async () => {
  const rows = Array.from({ length: 6000 }, (_, n) => ({ n, m: n % 7 }));
  const message = /6,000 marks.*limit is 5,000.*bin: true.*sample.*maxMarks: 6000/;
  for (const mark of ["point", "line"]) {
    await assert.rejects(async () => await chart(rows).mark(mark).x("n").y("m").svg(), {
      name: "TunebookError",
      kind: "input",
      message,
    });
  }
  const all = await chart(rows, { maxMarks: 6000 }).point().x("n").y("m").svg();
  assert.equal(all.match(/aria-roledescription="point"/g)?.length, 6000);
  await chart(rows).bar().x({ field: "n", bin: true }).y({ aggregate: "count" }).svg();
  // What is drawn over a chart counts as well.
  const some = chart(rows.slice(0, 3000)).point().x("n").y("m");
  await some.svg();
  await assert.rejects(async () => await some.over(some).svg(), /6,000 marks/);
});

Deno.test("a display of many rows has no second copy of them", async () => {
  const rows = Array.from({ length: 60_000 }, (_, n) => ({ n }));
  const bars = chart(rows).bar().x({ field: "n", bin: true }).y({ aggregate: "count" });
  const bundle = await bars[jupyterDisplay]();
  assert.ok(JSON.stringify(bundle).length < 50_000);
});

Deno.test("what no specification can hold is refused by the name of its field", () => {
  const loop: Record<string, unknown> = { a: 1 };
  loop.self = loop;
  const refused = (make: () => unknown, message: RegExp, kind = "input") =>
    assert.throws(make, { name: "TunebookError", kind, message });
  refused(() => chart([{ n: 1, meta: 2 }, { n: 2, meta: loop }]), /row 2 .*column "meta"/, "data");
  refused(() => chart(table).x({ field: "n", scale: loop }), /channel x's scale\.self refers/);
  refused(() => chart(table).point({ tooltip: loop }), /point mark's tooltip\.self refers/);
  refused(
    () => chart(table).with({ config: { a: [loop] } }),
    /chart's config\.a\[0\]\.self refers/,
  );
  refused(() => chart(table).x({ field: "n", sort: () => 1 }), /channel x's sort is a function/);
  refused(() => chart(table).y({ field: "n", sort: new Map() }), /channel y's sort is a Map/);
  const twice = { zero: false };
  const fine = chart(table).x({ field: "n", scale: twice, axis: { values: [1n], scale: twice } });
  assert.deepEqual(specOf(fine).encoding.x.axis, { values: [1], scale: { zero: false } });
});

Deno.test("dates that are none are missing", async () => {
  const day = [new Date(NaN), new Date(0), new Date(1e9)];
  const made = chart(tableFromColumns({ day, n: [1, 2, 3] })).point().x("day").y("n");
  assert.equal(specOf(made).encoding.x.type, "temporal");
  const svg = await made.svg();
  assert.doesNotMatch(svg, /NaN/);
  assert.equal(svg.match(/aria-roledescription="point"/g)?.length, 2);
});
