import assert from "node:assert/strict";
import type { Notebook } from "../../../lib/core/notebook.ts";
import { showSearch } from "../../../lib/search/views/show_search.ts";
import { madeHistory } from "./made_search.ts";

Deno.test("in a notebook a search has one display, which changes", async () => {
  const shown: { text: string; id: string; update: boolean }[] = [];
  const notebook: Notebook = {
    show: (bundle, { id, update }) => {
      shown.push({ text: bundle["text/plain"], id, update });
      return Promise.resolve();
    },
  };
  const view = showSearch({ notebook, aims: "accuracy" });
  for (const trials of [1, 2, 12]) view.update(madeHistory(trials));
  await view.end();
  assert.ok(shown.length === 2, "one at once, and the last one");
  assert.deepEqual(shown.map(({ update }) => update), [false, true]);
  assert.equal(new Set(shown.map(({ id }) => id)).size, 1);
  assert.match(shown.at(-1)!.text, /13 trials/);
});

Deno.test("elsewhere each trial that ended is told once, in a line", async () => {
  const lines: string[] = [];
  const view = showSearch({ aims: "accuracy", say: (line) => lines.push(line) });
  for (const trials of [2, 2, 12]) view.update(madeHistory(trials));
  await view.end();
  assert.equal(lines.length, 12);
  assert.ok(lines.every((line) => !line.includes("\n")));
  assert.match(lines[0], /^trial 0: accuracy 0\.\d+, the best so far · learningRate /);
  assert.match(lines[9], /^trial 9: failed · /);
  assert.ok(lines.some((line) => /pruned at step \d with 0\.\d+/.test(line)));
});

Deno.test("a picture that cannot be drawn does not end a search", async () => {
  const { error } = console;
  const said: string[] = [];
  console.error = (line: string) => void said.push(line);
  try {
    const view = showSearch({ notebook: { show: () => Promise.reject(new Error("gone")) } });
    view.update(madeHistory(2));
    await view.end();
  } finally {
    console.error = error;
  }
  assert.deepEqual(said, ["the search cannot be shown: Error: gone"]);
});
