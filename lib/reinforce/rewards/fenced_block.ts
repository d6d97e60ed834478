/**
 * Code in an answer that is written as Markdown.
 *
 * @module
 */

/**
 * What stands in the last fenced block of a text, between lines of three backticks or tildes; the whole
 * text where it has none. With `languages`, a block that names another one is passed over.
 *
 * @example
 * ```ts
 * import { fencedBlock } from "./fenced_block.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(fencedBlock("So:\n~~~json\n[1]\n~~~\nDone."), "[1]");
 * assert.equal(fencedBlock("[1]"), "[1]");
 * ```
 */
export function fencedBlock(text: string, languages?: readonly string[]): string {
  let found: string | undefined;
  let open:
    | { readonly fence: string; readonly wanted: boolean; readonly lines: string[] }
    | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, fence, info = ""] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (open === undefined) {
      if (fence === undefined) continue;
      const language = info.trim().split(/\s/)[0].toLowerCase();
      const wanted = languages === undefined || language === "" || languages.includes(language);
      open = { fence, wanted, lines: [] };
    } else if (fence?.startsWith(open.fence) && info.trim() === "") {
      if (open.wanted) found = open.lines.join("\n");
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  return found ?? text;
}
