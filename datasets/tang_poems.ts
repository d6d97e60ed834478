/**
 * The best-known Chinese poems of the Tang dynasty, which come with tunebook.
 *
 * @module
 */
import { type DataSet, dataSet, type DataSetOptions } from "./data_set.ts";
import poems from "./tang_poems.json" with { type: "json" };

/**
 * 350 poems in simplified characters with the columns `messages` (a chat of two turns: the user asks for
 * a poem of a title, 请写一首题为《静夜思》的诗。, and the assistant writes it), `text` (couplets, one a line),
 * `title` and `author`. They need no package. `tunebook:chinese` has not read them.
 *
 * The option `split` keeps the poems of an author together.
 *
 * @example
 * ```ts
 * import { tangPoems } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * const table = await tangPoems();
 * assert.equal(table.numRows(), 350);
 * assert.deepEqual(table.columnNames(), ["messages", "text", "title", "author"]);
 * ```
 */
export const tangPoems: DataSet<DataSetOptions, "chat"> = dataSet("tangPoems", {
  title: "Three Hundred Tang Poems",
  description: "a chat in which a Chinese poem of a title is asked for and written",
  source: "https://github.com/chinese-poetry/chinese-poetry",
  licence: "public domain (the poems), MIT (the collection)",
  citation: "Sun Zhu, Three Hundred Tang Poems (1763), as in chinese-poetry 2.0.1",
  task: "chat",
  columns: { messages: "messages" },
  rows: 350,
}, {
  together: ["author"],
  read: () =>
    Promise.resolve(poems.map(({ text, title, author }) => ({
      messages: [
        { role: "user", content: `请写一首题为《${title}》的诗。` },
        { role: "assistant", content: text },
      ],
      text,
      title,
      author,
    }))),
});
