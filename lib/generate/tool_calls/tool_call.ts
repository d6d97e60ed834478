/**
 * A call of a tool that stands in an answer.
 *
 * @module
 */
import { messageOf } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { parseJson } from "../../core/parse_json.ts";
import { shownValue } from "../../core/shown_value.ts";

/** What a model asks to be done. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The id of the call, where the model wrote one. */
  readonly id?: string;
}

/** A piece of an answer that should be a call but is none. */
export interface UnparsedCall {
  /** As it was written. */
  readonly text: string;
  readonly reason: string;
}

/** Calls and failures in the order in which they were written. */
export type ParsedCall = ToolCall | UnparsedCall;

/** The calls of a JSON text: an object or a list of objects. */
export function callsOfJson(text: string): ParsedCall[] {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    return [{ text, reason: `it is no JSON: ${messageOf(error)}` }];
  }
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) return [{ text, reason: "the list is empty" }];
  return list.map((each) => callOf(each, Array.isArray(value) ? JSON.stringify(each) : text));
}

/**
 * The call that a value describes: `{ name, arguments }`, `parameters` instead (Llama), or both inside
 * `function` (OpenAI). Arguments may be JSON in a text.
 */
function callOf(value: unknown, text: string): ParsedCall {
  const outer = isRecord(value) ? value : {};
  const inner = isRecord(outer.function) ? outer.function : outer;
  const { name } = inner;
  if (typeof name !== "string" || name === "") return { text, reason: "it names no tool" };
  let given: unknown = inner.arguments ?? inner.parameters ?? {};
  if (typeof given === "string") {
    try {
      given = given.trim() === "" ? {} : parseJson(given);
    } catch (error) {
      return { text, reason: `the arguments of ${name} are no JSON: ${messageOf(error)}` };
    }
  }
  if (!isRecord(given)) {
    return { text, reason: `the arguments of ${name} are ${shownValue(given)}, not an object` };
  }
  const id = outer.id ?? inner.id;
  return { name, arguments: given, ...(typeof id === "string" ? { id } : {}) };
}

/** Where the object or list that begins at a position ends; −1 where it does not. */
export function jsonEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      at = stringEnd(text, at);
      if (at < 0) return -1;
    } else if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) return at + 1;
  }
  return -1;
}

function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at;
  }
  return -1;
}
