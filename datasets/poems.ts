/**
 * Chinese poems of the Tang and of the Song dynasty.
 *
 * @module
 */
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { messageOf, TunebookError } from "../lib/core/errors.ts";
import { oneOf } from "../lib/core/option_rules.ts";
import { packageFolder } from "../lib/core/package_folder.ts";
import {
  type DataRow,
  type DataSet,
  dataSet,
  type DataSetOptions,
  readPackageJson,
} from "./data_set.ts";

/** Which poems, and in which characters. */
export interface PoemsOptions extends DataSetOptions {
  /** `tang` (618–907) unless given, or `song` (960–1279; four times as many). */
  dynasty?: "tang" | "song";
  /** `simplified` unless given, or `traditional` as the collection has them. */
  characters?: "simplified" | "traditional";
}

interface StoredPoem {
  readonly author: string;
  readonly paragraphs: readonly string[];
  readonly title: string;
}

const folderOfPoems = "dist/quantangshi";
const converter = { name: "opencc-js", version: "1.4.2", file: "dist/esm/t2cn.js" } as const;

/**
 * 57,603 Tang poems with the columns `text` (couplets, one a line), `title`, `author` and `dynasty`
 * ("唐" or "宋"). Entries without a verse are left out.
 *
 * The package (85 MB packed) is not installed with tunebook, nor is `opencc-js`, which makes simplified
 * characters of the collection's traditional ones; without them the error says how to get them. The
 * option `split` keeps the poems of an author together.
 *
 * @example
 * ```ts
 * import { poems } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(poems.card.columns, { text: "text" });
 * ```
 */
export const poems: DataSet<PoemsOptions, "text-generation"> = dataSet("poems", {
  title: "Complete Tang poems and Song poems",
  description: "a Chinese poem with its title and author",
  package: { name: "chinese-poetry", version: "2.0.1" },
  source: "https://github.com/chinese-poetry/chinese-poetry",
  licence: "public domain (the poems), MIT (the collection)",
  citation: "chinese-poetry, the most comprehensive database of classical Chinese poetry, after " +
    "Quan Tangshi (1705) and Quan Songshi",
  task: "text-generation",
  columns: { text: "text" },
  rows: 57_603,
}, {
  together: ["author"],
  rules: {
    dynasty: oneOf(["tang", "song"]),
    characters: oneOf(["simplified", "traditional"]),
  },
  isWhole: ({ dynasty = "tang" }) => dynasty === "tang",
  read: async (folder, { dynasty = "tang", characters = "simplified" }) => {
    const written = characters === "simplified" ? simplifier() : (text: string) => text;
    const rows: DataRow[] = [];
    for (const file of await filesOf(folder, dynasty)) {
      const stored = await readPackageJson(folder, `${folderOfPoems}/${file}`) as StoredPoem[];
      for (const { paragraphs, title, author } of stored) {
        const text = written(paragraphs.map((line) => line.trim()).filter(Boolean).join("\n"));
        if (text === "") continue;
        rows.push({
          text,
          title: written(title),
          author: written(author),
          dynasty: dynasty === "tang" ? "唐" : "宋",
        });
      }
    }
    return rows;
  },
});

/** `poet.tang.0.json`, `poet.tang.1000.json` … in the order of their numbers. */
async function filesOf(folder: string, dynasty: string): Promise<string[]> {
  const all = await readdir(join(folder, folderOfPoems));
  const numberOf = (file: string) => Number(file.split(".")[2]);
  return all.filter((file) => new RegExp(`^poet\\.${dynasty}\\.\\d+\\.json$`).test(file))
    .sort((a, b) => numberOf(a) - numberOf(b));
}

function simplifier(): (text: string) => string {
  const { name, version, file } = converter;
  const path = join(packageFolder(name, version), file);
  try {
    const { Converter } = createRequire(path)(path);
    return Converter({ from: "t", to: "cn" });
  } catch (error) {
    throw new TunebookError("data", `cannot load ${path}: ${messageOf(error)}`, { cause: error });
  }
}
