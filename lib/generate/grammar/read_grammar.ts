/**
 * Reads the grammar texts of llama.cpp (GBNF): rules `name ::= …` of texts, characters, groups, choices and
 * repetitions; a text follows the rule `root`.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import {
  characterOf,
  choiceOf,
  type CodePointRange,
  emptyText,
  type Expression,
  type Grammar,
  othersOf,
  repeatOf,
  ruleOf,
  sequenceOf,
  textOf,
} from "./expression.ts";

/**
 * Throws a `TunebookError` of kind "input" that names the line for what is no grammar.
 *
 * @example
 * ```ts
 * import { readGrammar } from "./read_grammar.ts";
 * import assert from "node:assert/strict";
 *
 * const grammar = readGrammar('root ::= "yes" | "no"');
 * assert.deepEqual([...grammar.rules.keys()], ["root"]);
 * ```
 */
export function readGrammar(text: string): Grammar {
  return new GrammarReader(text).grammar();
}

const simpleEscapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
/** Escape → how many hexadecimal digits follow. */
const hexEscapes: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

class GrammarReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  grammar(): Grammar {
    const rules = new Map<string, Expression>();
    for (this.#skip(true); this.#at < this.#text.length; this.#skip(true)) {
      const name = this.#name();
      if (name === "") throw this.#wrong("a rule begins with its name");
      this.#skip(false);
      if (!this.#take("::=")) throw this.#wrong(`after the name ${quoted(name)} comes ::=`);
      if (rules.has(name)) throw this.#wrong(`there are two rules ${quoted(name)}`);
      rules.set(name, this.#choice(false));
      this.#skip(false);
      if (this.#at < this.#text.length && !/[\r\n]/.test(this.#text[this.#at])) {
        throw this.#wrong(`${quoted(this.#text[this.#at])} is not expected here`);
      }
    }
    return { rules, root: "root" };
  }

  /** Alternatives; inside brackets they go on over lines. */
  #choice(isInside: boolean): Expression {
    const items = [this.#sequence(isInside)];
    // A line that begins with | goes on with the rule.
    while (this.#takeBar(isInside)) items.push(this.#sequence(isInside));
    return choiceOf(...items);
  }

  #takeBar(isInside: boolean): boolean {
    const before = this.#at;
    this.#skip(true);
    if (this.#take("|")) return true;
    if (!isInside) this.#at = before;
    return false;
  }

  #sequence(isInside: boolean): Expression {
    const items: Expression[] = [];
    while (true) {
      const before = this.#at;
      // Behind ::= and | a rule may go on in the next line.
      this.#skip(isInside || items.length === 0);
      const item = this.#isRuleStart() ? undefined : this.#item();
      if (item === undefined) {
        this.#at = before;
        break;
      }
      items.push(this.#repeated(item));
    }
    return items.length === 0 ? emptyText : sequenceOf(...items);
  }

  /** Whether a name here begins the next rule. */
  #isRuleStart(): boolean {
    return /^[\w-]+[ \t]*::=/.test(this.#text.slice(this.#at, this.#at + 200));
  }

  #item(): Expression | undefined {
    if (this.#take('"')) return this.#literal();
    if (this.#take("[")) return this.#characters();
    if (this.#take(".")) return characterOf(...othersOf([]));
    if (this.#take("(")) {
      const inside = this.#choice(true);
      this.#skip(true);
      if (!this.#take(")")) throw this.#wrong("a group ends with )");
      return inside;
    }
    const name = this.#name();
    return name === "" ? undefined : ruleOf(name);
  }

  #repeated(item: Expression): Expression {
    let now = item;
    while (true) {
      if (this.#take("*")) now = repeatOf(now, 0);
      else if (this.#take("+")) now = repeatOf(now, 1);
      else if (this.#take("?")) now = repeatOf(now, 0, 1);
      else if (this.#take("{")) now = this.#counted(now);
      else return now;
    }
  }

  #counted(item: Expression): Expression {
    const match = /^\s*(\d+)\s*(,\s*(\d*)\s*)?\}/.exec(this.#text.slice(this.#at, this.#at + 100));
    if (!match) throw this.#wrong("a repetition is {2}, {2,} or {2,5}");
    this.#at += match[0].length;
    const least = Number(match[1]);
    const most = match[2] === undefined ? least : match[3] === "" ? Infinity : Number(match[3]);
    if (most < least) throw this.#wrong(`{${least},${most}} ends before it begins`);
    return repeatOf(item, least, most);
  }

  #literal(): Expression {
    let text = "";
    while (!this.#take('"')) text += this.#character('a text ends with "');
    return textOf(text);
  }

  #characters(): Expression {
    const isOthers = this.#take("^");
    const ranges: CodePointRange[] = [];
    while (!this.#take("]")) {
      const first = this.#character("characters end with ]").codePointAt(0)!;
      const isRange = this.#text[this.#at] === "-" && this.#text[this.#at + 1] !== "]";
      if (isRange) this.#at++;
      const last = isRange ? this.#character("characters end with ]").codePointAt(0)! : first;
      if (last < first) throw this.#wrong("a range of characters ends before it begins");
      ranges.push([first, last]);
    }
    // What is named twice, and halves of surrogate pairs, are taken out.
    return characterOf(...(isOthers ? othersOf(ranges) : othersOf(othersOf(ranges))));
  }

  /** One character, escaped or not. */
  #character(ending: string): string {
    const at = this.#text.codePointAt(this.#at);
    if (at === undefined || at === 0x0a) throw this.#wrong(ending);
    const character = String.fromCodePoint(at);
    this.#at += character.length;
    if (character !== "\\") return character;
    const escape = this.#text[this.#at++] ?? "";
    const digits = hexEscapes[escape];
    if (digits === undefined) return simpleEscapes[escape] ?? escape;
    const hex = this.#text.slice(this.#at, this.#at + digits);
    const codePoint = /^[0-9a-fA-F]+$/.test(hex) && hex.length === digits ? parseInt(hex, 16) : -1;
    if (codePoint < 0 || codePoint > 0x10ffff) {
      throw this.#wrong(`\\${escape}${hex} is no character`);
    }
    this.#at += digits;
    return String.fromCodePoint(codePoint);
  }

  #name(): string {
    const name = /^[\w-]*/.exec(this.#text.slice(this.#at, this.#at + 200))![0];
    this.#at += name.length;
    return name;
  }

  #take(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  /** Passes spaces and comments, and line ends where these mean nothing. */
  #skip(lines: boolean): void {
    const blank = lines ? /^(?:\s|#[^\n]*)+/ : /^(?:[ \t]|#[^\n]*)+/;
    this.#at += blank.exec(this.#text.slice(this.#at))?.[0].length ?? 0;
  }

  #wrong(told: string): TunebookError {
    const line = this.#text.slice(0, this.#at).split("\n").length;
    return new TunebookError("input", `the grammar is wrong in line ${line}: ${told}`);
  }
}
