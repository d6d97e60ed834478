/**
 * Bytes as GPT-2's vocabulary writes them: each as one character that can be seen.
 *
 * @module
 */

const utf8 = new TextEncoder();
/** Bytes that stand for themselves. */
const plain = [["!", "~"], ["\u00a1", "\u00ac"], ["\u00ae", "\u00ff"]].map((ends) =>
  ends.map((character) => character.charCodeAt(0))
);
const firstOther = 256;

/** The character of each byte. */
export const byteAlphabet: readonly string[] = (() => {
  let next = firstOther;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPlain = plain.some(([from, to]) => byte >= from && byte <= to);
    return String.fromCharCode(isPlain ? byte : next++);
  });
})();

/** A text as the characters of its UTF-8 bytes. */
export function byteCharacters(text: string): string {
  let written = "";
  for (const byte of utf8.encode(text)) written += byteAlphabet[byte];
  return written;
}

const bytes = new Map(byteAlphabet.map((character, byte) => [character, byte]));

/** The byte that a character stands for; undefined for one that stands for none. */
export function byteOfCharacter(character: string): number | undefined {
  return bytes.get(character);
}

/** The bytes of a token that is written in these characters; another one stands for itself. */
export function byteLevelBytes(token: string): Uint8Array {
  const found = Array.from(token, byteOfCharacter);
  return found.every((byte) => byte !== undefined)
    ? Uint8Array.from(found as number[])
    : utf8.encode(token);
}
