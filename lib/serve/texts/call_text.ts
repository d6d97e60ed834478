/**
 * Takes calls of tools out of a text while it is written.
 *
 * @module
 */
import { parseToolCalls } from "../../generate/tool_calls/parse_tool_calls.ts";
import type { ServedCall } from "./served_call.ts";

/** Which calls an answer may have. */
export interface CallRules {
  /** The names of the tools. A call of any other is a text. */
  readonly names: readonly string[];
  /** Whether there may be several calls. */
  readonly several: boolean;
}

/** Behind these come calls. */
const marks = ["<tool_call>", "[TOOL_CALLS]", "<|python_tag|>"];
const longestMark = Math.max(...marks.map(({ length }) => length));
/** What begins so may be a call as a whole. */
const wholeCall = /^\s*(?:[{[]|`{1,3}$|```)/;

/** Shows a text up to where a call may begin, and reads the calls when it has ended. */
export class CallText {
  readonly #rules: CallRules;
  #text = "";
  #shown = 0;
  #isHeld = false;

  constructor(rules: CallRules) {
    this.#rules = rules;
  }

  /** Takes a piece and gives what is no call. */
  push(piece: string): string {
    this.#text += piece;
    const isBlank = this.#shown === 0 && this.#text.trim() === "";
    this.#isHeld ||= this.#shown === 0 && wholeCall.test(this.#text);
    return this.#isHeld || isBlank ? "" : this.#show(this.#certain());
  }

  /** Gives what is left of the text, and the calls. */
  end(): { readonly text: string; readonly calls: readonly ServedCall[] } {
    const rest = this.#show(this.#text.length);
    const { text, calls, unparsed } = parseToolCalls(rest);
    const isCall = calls.length > 0 && unparsed.length === 0 &&
      calls.every(({ name }) => this.#rules.names.includes(name));
    if (!isCall) return { text: rest, calls: [] };
    const found = calls.map(({ name, arguments: given }) => ({
      name,
      arguments: JSON.stringify(given),
    }));
    return { text, calls: this.#rules.several ? found : found.slice(0, 1) };
  }

  /** Characters from which on there is a call, or may begin one. */
  #certain(): number {
    const found = marks.map((mark) => this.#text.indexOf(mark, this.#shown)).filter((at) =>
      at >= 0
    );
    if (found.length > 0) {
      this.#isHeld = true;
      return Math.min(...found);
    }
    for (
      let at = Math.max(this.#shown, this.#text.length - longestMark);
      at < this.#text.length;
      at++
    ) {
      const end = this.#text.slice(at);
      if (marks.some((mark) => mark.startsWith(end))) return at;
    }
    return this.#text.length;
  }

  #show(to: number): string {
    const piece = this.#text.slice(this.#shown, to);
    this.#shown = to;
    return piece;
  }
}
