/**
 * The tokenizers that sacreBLEU has for BLEU and that need no dictionary: `13a`, `intl`, `char`, `zh`
 * and `none`, to the character.
 *
 * @module
 */
import { pythonTrim, pythonWords } from "./python_text.ts";

/** The names of the tokenizers, as in sacreBLEU's signature. */
export type BleuTokenizer = "13a" | "intl" | "char" | "zh" | "none";

/** Splits a text into tokens. */
export type SplitText = (text: string) => string[];

/** All tokenizers by name. */
export const bleuTokenizers: Readonly<Record<BleuTokenizer, SplitText>> = {
  /** `mteval-v13a.pl` of WMT, for languages with Latin punctuation. */
  "13a": (text) => westernTokens(` ${withoutMarkup(text)} `),
  /** `mteval-v14.pl`: punctuation and symbols of all scripts. */
  intl: (text) =>
    pythonWords(
      text.replace(/(\P{N})(\p{P})/gu, "$1 $2 ").replace(/(\p{P})(\P{N})/gu, " $1 $2")
        .replace(/\p{S}/gu, " $& "),
    ),
  /** Every character but spaces. */
  char: (text) => pythonWords(Array.from(text).join(" ")),
  /** Every Chinese character, and `13a` for the rest. */
  zh: (text) => westernTokens(pythonTrim(text).replace(chinese, " $& ")),
  /** What spaces separate. */
  none: pythonWords,
};

/** Line ends, and what SGML files of WMT escape. */
function withoutMarkup(text: string): string {
  return text.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ")
    .replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
}

function westernTokens(text: string): string[] {
  return pythonWords(
    text
      .replace(/[{-~[-` -&(-+:-@/]/gu, " $& ")
      // Points and commas stay in numbers, hyphens stay in words.
      .replace(/([^0-9])([.,])/gu, "$1 $2 ")
      .replace(/([.,])([^0-9])/gu, " $1 $2")
      .replace(/([0-9])(-)/gu, "$1 $2 "),
  );
}

// sacreBLEU's table of ranges. Those above U+FFFF are written there so that Python reads them as
// U+2000 and U+2F80 followed by a digit, which makes them the last two ranges here.
const chinese = new RegExp(
  "[\\u3400-\\u4db5\\u4e00-\\u9fbb\\uf900-\\ufa2d\\ufa30-\\ufa6a\\ufa70-\\ufad9\\uff00-\\uffef" +
    "\\u2e80-\\u2eff\\u3000-\\u303f\\u31c0-\\u31ef\\u2f00-\\u2fdf\\u2ff0-\\u2fff\\u3100-\\u312f" +
    "\\u31a0-\\u31bf\\ufe10-\\ufe1f\\ufe30-\\ufe4f\\u2600-\\u26ff\\u2700-\\u27bf\\u3200-\\u32ff" +
    "\\u3300-\\u33ff\\u2001-\\u2a6d\\u2f81-\\u2fa1]",
  "gu",
);
