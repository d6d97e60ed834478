/**
 * Encodes only as much of a long text as a limit leaves.
 *
 * @module
 */

/** Few tokens are longer, so that a first try of this length is mostly enough. */
const charactersPerToken = 8;
/** How much longer each further try is. */
const growth = 4;

/**
 * The tokens of a text, or, when it has more than `room`, of a beginning of it that has more than
 * `room` too. The beginning ends where a word ends, so its tokens are those of the whole text.
 */
export function encodeHead(
  text: string,
  room: number,
  encode: (text: string) => number[],
): number[] {
  for (let least = charactersPerToken * (room + 1); least < text.length; least *= growth) {
    const end = wordEnd(text, least);
    if (end < 0) break;
    const ids = encode(text.slice(0, end));
    if (ids.length > room) return ids;
  }
  return encode(text);
}

/** Pre-tokenizers after which no token reaches from one word over a space into the next. */
const splittingAtSpaces = ["BertPreTokenizer", "ByteLevel", "WhitespaceSplit", "Whitespace"];

/** Whether {@link encodeHead} is exact for a tokenizer.json. */
export function splitsAtSpaces(json: Readonly<Record<string, unknown>>): boolean {
  const added = (json.added_tokens ?? []) as { content?: string }[];
  if (added.some((token) => /\s/.test(token.content ?? ""))) return false;
  return splits(json.pre_tokenizer);
}

function splits(step: unknown): boolean {
  const { type, pretokenizers, use_regex } = (step ?? {}) as Readonly<Record<string, unknown>>;
  if (type === "Sequence" && Array.isArray(pretokenizers)) return pretokenizers.some(splits);
  return splittingAtSpaces.includes(String(type)) && use_regex !== false;
}

/** The first position from `least` on where a space follows a character that is none, or −1. */
function wordEnd(text: string, least: number): number {
  const spaces = /(?<=\S)\s/g;
  spaces.lastIndex = least;
  return spaces.exec(text)?.index ?? -1;
}
