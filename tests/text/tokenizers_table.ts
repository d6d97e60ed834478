/**
 * The table of docs/tokenizers.md: which parts of tokenizer.json agree with Python's tokenizers.
 *
 * @module
 */
import { join } from "node:path";
import { type Agreement, agreements, golden } from "./golden_tokenizers.ts";

/** The page that holds the table. */
export const page = join(import.meta.dirname!, "..", "..", "docs", "tokenizers.md");

const marks = ["<!-- table -->", "<!-- end of table -->"];

/** The page's text with the table as it is now. */
export async function withTable(text: string): Promise<string> {
  const [before, , after] = text.split(new RegExp(marks.join("|")));
  return `${before}${marks[0]}\n${await table()}\n${marks[1]}${after}`;
}

async function table(): Promise<string> {
  const groups = Map.groupBy(await agreements(), ({ part, name }) => {
    return `${part} | \`${name.split(",")[0]}\``;
  });
  const rows = [...groups].map(([title, all]) => {
    const inputs = all.reduce((sum, { tried }) => sum + tried, 0);
    return `| ${title} | ${all.length} | ${inputs} | ${differences(all)} |`;
  });
  return [
    `Made with ${golden.made_with.replace(/^Python [\d.]+, /, "")}.`,
    "",
    "| part | name | settings | inputs | other results than Python's |",
    "| --- | --- | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
}

function differences(all: readonly Agreement[]): number {
  return all.reduce((sum, { different }) => sum + different.length, 0);
}
