/**
 * What notebooks made of values, from public reports; LOG.md has their addresses.
 */
import assert from "node:assert/strict";
import { jupyterDisplay, type MimeBundle } from "../../../lib/core/display.ts";
import { describedValue } from "../../../lib/notebook/described_values.ts";
import { displayOfTable } from "../../../lib/table/table_display.ts";
import { tableFromColumns } from "../../../lib/table/table.ts";

Deno.test("prices in a table are no formula: JupyterLab and older notebooks leave its HTML alone", () => {
  const table = tableFromColumns({ "$a$": ["From $200 to $700 million", "\\(x_1\\)"] });
  const shown = displayOfTable(table);
  assert.match(shown["text/html"]!, /^<div class="tex2jax_ignore mathjax_ignore">/);
  assert.match(shown["text/html"]!, /<\/div>$/);
  assert.match(shown["text/plain"], /From \$200 to \$700 million/);
});

Deno.test("a table of many long rows is a small output", () => {
  const rows = 20_000;
  const text = Array.from({ length: rows }, (_, row) => `${"word ".repeat(200)}${row}`);
  const shown = displayOfTable(tableFromColumns({ text, html: text.map((each) => `<b>${each}`) }));
  assert.ok(shown["text/html"]!.length < 50_000, String(shown["text/html"]!.length));
  assert.ok(shown["text/plain"].length < 10_000);
});

Deno.test("a promise that nobody awaited says so", () => {
  const shown = describedValue(Promise.resolve(1)) as MimeBundle;
  assert.match(shown["text/plain"], /^a promise, .* write await before it/);
  const own = Object.assign(Promise.resolve(1), { [jupyterDisplay]: () => ({}) });
  assert.equal(describedValue(own), undefined);
});
