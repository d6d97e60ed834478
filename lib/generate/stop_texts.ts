/**
 * Ends a text before the first of some words, however the pieces in which it comes are cut.
 *
 * @module
 */

/** What a piece made certain. */
export interface StoppedText {
  /** Text that no stop text can begin in any more. */
  readonly text: string;
  /** The stop text that was found; nothing comes after it. */
  readonly stop?: string;
}

/**
 * Watches a text for stop texts. What may become one is held back, and neither a stop text nor anything
 * behind it is ever given.
 */
export class StopTexts {
  readonly #stops: readonly string[];
  #held = "";
  #stop: string | undefined;

  /** @param stops texts with something in them */
  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** The stop text that was found. */
  get found(): string | undefined {
    return this.#stop;
  }

  /** Takes the next piece and gives what is certain. The stop text that is complete first ends the text. */
  push(piece: string): StoppedText {
    if (this.#stop !== undefined) return { text: "", stop: this.#stop };
    const text = this.#held + piece;
    const match = this.#first(text);
    if (match) {
      this.#stop = match.stop;
      this.#held = "";
      return { text: text.slice(0, match.from), stop: match.stop };
    }
    const certain = text.length - this.#openLength(text);
    this.#held = text.slice(certain);
    return { text: text.slice(0, certain) };
  }

  /** Gives what was held back when nothing follows. */
  end(): string {
    const text = this.#held;
    this.#held = "";
    return text;
  }

  /** The match that ends first; of those that end together the longest. */
  #first(text: string): { readonly stop: string; readonly from: number } | undefined {
    let first: { stop: string; from: number } | undefined;
    for (const stop of this.#stops) {
      const from = text.indexOf(stop);
      if (from < 0) continue;
      const earlier = first === undefined ? 1 : first.from + first.stop.length - from - stop.length;
      if (earlier > 0 || (earlier === 0 && from < first!.from)) first = { stop, from };
    }
    return first;
  }

  /** How much of the end may be the beginning of a stop text. */
  #openLength(text: string): number {
    let longest = 0;
    for (const stop of this.#stops) {
      const most = Math.min(stop.length - 1, text.length);
      for (let length = most; length > longest; length--) {
        if (text.endsWith(stop.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}
