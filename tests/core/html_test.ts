import assert from "node:assert/strict";
import { bundleOf, jupyterDisplay, withDisplay } from "../../lib/core/display.ts";
import { escapeHtml, html, htmlTable, svgImage } from "../../lib/core/html.ts";
import { assertSelfContained, hostile, picturesOf } from "./self_contained.ts";

Deno.test("texts in a template are escaped, in content and in attributes", () => {
  const { markup } = html`<p title="${hostile}">${hostile}${[hostile, 1]}</p>`;
  assert.equal(markup.match(/<\w+/g)?.join(), "<p");
  assert.equal(markup.match(/"/g)?.length, 2);
});

Deno.test("data that looks like finished HTML stays text", () => {
  const forged = { markup: "<script>" } as never;
  assert.equal(html`<p>${forged}</p>`.markup, "<p>[object Object]</p>");
});

Deno.test("nested templates and lists are not escaped twice", () => {
  const items = ["a & b", "c"].map((item) => html`<li>${item}</li>`);
  assert.equal(html`<ul>${items}</ul>`.markup, "<ul><li>a &amp; b</li><li>c</li></ul>");
});

Deno.test("control characters, which HTML does not allow, are written out", () => {
  assert.equal(escapeHtml("a\0b\x1b[31m\n"), "a\\u0000b\\u001b[31m\n");
});

Deno.test("a table has a caption and headers, a picture has words and its bytes", () => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"><text>ü</text></svg>`;
  const table = htmlTable({
    caption: hostile,
    columns: [{ title: hostile }, { title: "n", align: "right" }],
    rows: [[hostile, 1], ["b", svgImage(svg, hostile)]],
  });
  assertSelfContained(bundleOf("text", table));
  assert.deepEqual(picturesOf(table.markup), [svg]);
});

Deno.test("every cell of a table takes its direction from its own letters", () => {
  const { markup } = htmlTable({
    caption: "texts",
    columns: [{ title: "טקסט" }, { title: "n" }],
    rows: [["שלום עולם!", 1], ["hello", 2]],
  });
  const cells = markup.match(/<t[hd] [^>]*>/g) ?? [];
  assert.equal(cells.length, 6);
  for (const cell of cells) assert.match(cell, / dir="auto"/);
});

Deno.test("a picture has no words at its marks, which nobody is read", () => {
  const words = ' aria-label="a: 1" role="graphics-symbol" aria-roledescription="point"';
  const text = `<text>say${words}</text>`.replaceAll('"', "&quot;");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"><path${words} d="M0,0"/>${text}</svg>`;
  const [picture] = picturesOf(svgImage(svg, "points").markup);
  assert.equal(picture, svg.replace(words, ""));
});

Deno.test("a display on plain data changes neither its equality nor its JSON", () => {
  const shown = withDisplay({ a: 1 }, ({ a }) => ({ "text/plain": `a is ${a}` }));
  assert.deepEqual(shown, { a: 1 });
  assert.equal(JSON.stringify(shown), '{"a":1}');
  const display = (shown as unknown as Record<symbol, () => unknown>)[jupyterDisplay];
  assert.deepEqual(display(), { "text/plain": "a is 1" });
});
