/**
 * Texts as words, as Tercom and sacreBLEU cut them for TER.
 *
 * @module
 */
import { pythonTrimEnd, pythonWords } from "./python_text.ts";

/** All settings of TER. */
export interface TerSettings {
  readonly normalized: boolean;
  readonly noPunctuation: boolean;
  readonly asianSupport: boolean;
  readonly caseSensitive: boolean;
}

const asianMarks = /[\u3001\u3002\u3008-\u3011\u3014-\u301f\uff61-\uff65\u30fb]/g;
const wideMarks = /[\uff0e\uff0c\uff1f\uff1a\uff1b\uff01\uff02\uff08\uff09]/g;

/** The words of a text. */
export function terWords(
  text: string,
  { normalized, noPunctuation, asianSupport, caseSensitive }: TerSettings,
): string[] {
  let line = pythonTrimEnd(text);
  if (line === "") return [];
  if (!caseSensitive) line = line.toLowerCase();
  if (normalized) {
    line = separateWestern(line);
    if (asianSupport) line = separateAsian(line);
  }
  if (noPunctuation) {
    line = line.replace(/[.,?:;!"()]/g, "");
    if (asianSupport) line = line.replace(asianMarks, "").replace(wideMarks, "");
  }
  return pythonWords(line);
}

function separateWestern(text: string): string {
  const line = text.replaceAll("\n-", "").replaceAll("\n", " ")
    .replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
  return ` ${line} `
    .replace(/[{-~[-` -&(-+:-@/]/g, " $& ")
    .replaceAll("'s ", " 's ")
    // Points and commas stay in numbers, hyphens stay in words.
    .replace(/([^0-9])([.,])/gu, "$1 $2 ")
    .replace(/([.,])([^0-9])/gu, " $1 $2")
    .replace(/([0-9])(-)/g, "$1 $2 ");
}

/**
 * Chinese characters and Japanese kanji one by one. Tercom's rules for kana look at the very start of the
 * line, which is a space here, so that they never apply. The fifth range ends at U+3F22 there, too.
 */
function separateAsian(line: string): string {
  return line
    .replace(/[\u4e00-\u9fff\u3400-\u4dbf]/g, " $& ")
    .replace(/[\u31c0-\u31ef\u2e80-\u2eff]/g, " $& ")
    .replace(/[\u3300-\u33ff\uf900-\ufaff\ufe30-\ufe4f]/g, " $& ")
    .replace(/[\u3200-\u3f22]/g, " $& ")
    .replace(asianMarks, " $& ")
    .replace(wideMarks, " $& ");
}
