/**
 * Token ids → text as they come, so that no text that was given has to be taken back.
 *
 * @module
 */
import type { Tokenizer } from "../text/tokenizer.ts";

/** What a stream asks of a tokenizer. */
export type TextDecoding = Pick<Tokenizer, "decode" | "tokenText">;

/** A byte as tokenizers with byte fallback write it; a run of these is read as a whole. */
const byteToken = /^<0x[0-9A-Fa-f]{2}>$/;

/**
 * What later tokens may change at the end of a text: characters that lack bytes, and a space or an
 * apostrophe that `clean_up_tokenization_spaces` may take together with what comes next (` n't`, ` '`, ` .`).
 */
const isOpen = /(?:\ufffd| (?:n'?|'[vr]?)?|')$/;

/**
 * Decodes the tokens of one answer piece by piece. The pieces joined are `decode` of all its tokens. A piece
 * that later tokens could change is given with these: half a character, a run of bytes, a space at the end.
 *
 * Only the tokens of the last pieces are decoded again, so that a token costs no more in a long answer.
 */
export class TextStream {
  readonly #tokenizer: TextDecoding;
  readonly #tokens: number[];
  /** Characters of the text before the answer. */
  readonly #start: number;
  /** Tokens before this one are not decoded again. */
  #from = 0;
  /** The text of the tokens before this one is given. */
  #settled = 0;
  /** The text of the tokens between the two. */
  #before = "";
  #given = "";

  /**
   * @param before the last tokens before the answer: how a token begins depends on what it follows, and
   * the text before and the answer together are `decode` of all tokens
   */
  constructor(tokenizer: TextDecoding, before: readonly number[] = []) {
    this.#tokenizer = tokenizer;
    this.#tokens = [...before];
    this.#settled = before.length;
    this.#before = before.length > 0 ? tokenizer.decode(before) : "";
    this.#start = this.#before.length;
  }

  /** All text that was given. */
  get text(): string {
    return this.#given;
  }

  /** Takes the next token and gives the text that is now certain; often empty. */
  push(token: number): string {
    this.#tokens.push(token);
    // Tokens without a text, such as special ones, do not part a run of bytes.
    const isAlone = byteToken.test(this.#tokenizer.tokenText(token)) ||
      this.#tokenizer.decode([token]) === "";
    if (isAlone) return "";
    const text = this.#tokenizer.decode(this.#tokens.slice(this.#from));
    if (isOpen.test(text) || !text.startsWith(this.#before)) return "";
    const piece = text.slice(this.#before.length);
    this.#settle(text);
    this.#given += piece;
    return piece;
  }

  /** Gives what is left when no token follows. */
  end(): string {
    const whole = this.#tokenizer.decode(this.#tokens);
    const piece = whole.slice(this.#start + this.#given.length);
    this.#given += piece;
    return piece;
  }

  /** From now on only the tokens of the last piece are read again, beside the next ones. */
  #settle(text: string): void {
    const before = this.#tokenizer.decode(this.#tokens.slice(this.#settled));
    // Decoders treat the beginning of a text in their own way; there must be some text behind it.
    if (before === "") this.#before = text;
    else {
      this.#from = this.#settled;
      this.#before = before;
    }
    this.#settled = this.#tokens.length;
  }
}

/** Tokens before an answer that its first ones are decoded with. */
const tokensBefore = 16;

/** The last tokens of a prompt. */
export function lastOf(prompt: ArrayLike<number>): number[] {
  return Array.from(prompt).slice(-tokensBefore);
}

/** The texts of tokens behind a prompt. */
export function textAfter(
  tokenizer: TextDecoding,
  prompt: ArrayLike<number>,
): (tokens: readonly number[]) => string {
  return (tokens) => {
    const stream = new TextStream(tokenizer, lastOf(prompt));
    return tokens.map((token) => stream.push(token)).join("") + stream.end();
  };
}
