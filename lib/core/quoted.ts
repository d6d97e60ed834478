/**
 * Texts of other people in our messages: whatever would not be seen is written as JSON escapes it.
 *
 * @module
 */

/**
 * What shows nothing, moves a terminal's cursor, turns the direction of what follows or is not allowed in
 * XML: control and format characters, default ignorable ones, lone surrogates and all spaces but one.
 */
const hidden =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/v;

/**
 * Where such a character is part of ordinary writing: within an emoji, and the joiners between letters of
 * scripts that join them.
 */
const ordinary = String.raw`\p{RGI_Emoji}|` +
  String
    .raw`(?<=[[\p{L}\p{M}]--[\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\p{sc=Han}]])[\u200c\u200d](?=[\p{L}\p{M}])`;

let ordinaryOrHidden: RegExp | undefined;
/** Made when a text has to be looked at: all emoji are in it, and a process starts sooner without. */
function ordinaryOrHiddenPattern(): RegExp {
  return ordinaryOrHidden ??= new RegExp(`(${ordinary})|${hidden.source}`, "gv");
}

/** What hides nothing at first sight: ASCII without control characters. */
const plainText = /^[ -~]*$/;

/** What a composed character (NFC) is made of when it is not composed: marks, and the jamo of Hangul. */
const decomposed = /[\p{M}\u1100-\u11ff]/gu;

/**
 * The text in quotes, as JSON writes it, with an escape for every character that cannot be seen, and for
 * marks that stand apart where a composed character looks the same.
 *
 * @example
 * ```ts
 * import { quoted } from "./quoted.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(quoted("pos\r"), String.raw`"pos\r"`);
 * assert.equal(quoted("po\u200bs"), String.raw`"po\u200bs"`);
 * assert.equal(quoted("cafe\u0301"), String.raw`"cafe\u0301"`);
 * assert.equal(quoted("好 👩‍💻"), '"好 👩‍💻"');
 * ```
 */
export function quoted(text: string): string {
  const shown = printable(JSON.stringify(text));
  return text === text.normalize("NFC") ? shown : shown.replaceAll(decomposed, escaped);
}

/** With an escape for every character that cannot be seen. */
function printable(text: string): string {
  if (plainText.test(text)) return text;
  return text.replaceAll(
    ordinaryOrHiddenPattern(),
    (found, plain: string | undefined) => plain ?? escaped(found),
  );
}

/**
 * A name as people read it: itself where nothing in it can be overlooked or taken for what stands around
 * it in a list, else quoted.
 *
 * @example
 * ```ts
 * import { shownName } from "./quoted.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(shownName("very good"), "very good");
 * assert.equal(shownName("good "), '"good "');
 * assert.equal(shownName("a, b"), '"a, b"');
 * assert.equal(shownName("\u001b[31mred"), String.raw`"\u001b[31mred"`);
 * ```
 */
export function shownName(name: string): string {
  const shown = quoted(name);
  const hides = shown !== `"${name}"` || name.trim() !== name || name === "" ||
    / {2}|[,;"·…]|: /.test(name);
  return hides ? shown : name;
}

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A character as JSON may write it, `\u200b`; those beyond 16 bits as the two halves that JSON writes. */
export function escaped(character: string): string {
  return short[character] ?? Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
}

/**
 * What a name is compared by where two are suspected to be the same to a person: composed (NFC), without
 * invisible characters, white space as single spaces.
 *
 * @example
 * ```ts
 * import { visibleText } from "./quoted.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(visibleText(" cafe\u0301\u200b \u00a0noir\r"), "café noir");
 * ```
 */
export function visibleText(text: string): string {
  return text.normalize("NFC").replace(/\s+/g, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
    .replace(/ +/g, " ").trim();
}

/**
 * Whether a text shows nothing: it is empty, or all white space and invisible characters.
 *
 * @example
 * ```ts
 * import { showsNothing } from "./quoted.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(["", " \u200b", "👍"].map(showsNothing), [true, true, false]);
 * ```
 */
export function showsNothing(text: string): boolean {
  return !/[!-~]/.test(text) && visibleText(text) === "";
}
