/**
 * BERT's cleaning of texts.
 *
 * @module
 */
import { controls, lowercase, nonspacingMarks, normalForm } from "./unicode_tables.ts";

/** Each of these characters is a word: those of Chinese, also as used in Japanese and Korean. */
const han = new RegExp(
  "[\\u4E00-\\u9FFF\\u3400-\\u4DBF\\uF900-\\uFAFF\\u{20000}-\\u{2A6DF}\\u{2A700}-\\u{2B73F}" +
    "\\u{2B740}-\\u{2B81F}\\u{2B920}-\\u{2CEAF}\\u{2F800}-\\u{2FA1F}]",
  "gu",
);
/** Nothing but lower-casing changes these. */
const plainAscii = /^[ -~]*$/;
const whiteSpace = /\p{White_Space}/gu;

/** The function of a `BertNormalizer` of tokenizer.json. */
export function bertCharacters(step: Readonly<Record<string, unknown>>): (text: string) => string {
  const cleans = step.clean_text !== false;
  const spaces = step.handle_chinese_chars !== false;
  const lowers = step.lowercase !== false;
  const strips = (step.strip_accents ?? lowers) === true;
  return (text) => {
    if (plainAscii.test(text)) return lowers ? text.toLowerCase() : text;
    if (cleans) text = text.replaceAll(controls, "").replaceAll(whiteSpace, " ");
    if (spaces) text = text.replaceAll(han, " $& ");
    if (strips) text = normalForm(text, "NFD").replaceAll(nonspacingMarks, "");
    return lowers ? lowercase(text) : text;
  };
}
