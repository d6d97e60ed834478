/**
 * Finds the calls of tools in an answer, in the forms that common models write.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { oneOf, type Rules } from "../../core/option_rules.ts";
import {
  callsOfJson,
  jsonEnd,
  type ParsedCall,
  type ToolCall,
  type UnparsedCall,
} from "./tool_call.ts";

/** How a model writes calls. */
export type ToolCallFormat = "hermes" | "mistral" | "llama" | "json";

/** Options of {@link parseToolCalls}. */
export interface ToolCallOptions {
  /**
   * `hermes`: JSON between `<tool_call>` and `</tool_call>` (Hermes, Qwen); `mistral`: behind `[TOOL_CALLS]`;
   * `llama`: `{"name", "parameters"}`, several parted by `;` (Llama 3); `json`: an object or a list. Found out
   * unless given.
   */
  readonly format?: ToolCallFormat;
}

/** An answer taken apart. */
export interface ToolCalls {
  /** What is not a call. */
  readonly text: string;
  /** The calls in their order. */
  readonly calls: readonly ToolCall[];
  /** What should be a call but cannot be read, with the reason. */
  readonly unparsed: readonly UnparsedCall[];
}

const formats: readonly ToolCallFormat[] = ["hermes", "mistral", "llama", "json"];
const rules: Rules<ToolCallOptions> = { format: oneOf(formats) };

/** The rest of an answer, and what its calls are. */
interface Found {
  readonly text: string;
  readonly parsed: readonly ParsedCall[];
}

/**
 * Takes the calls of tools out of an answer. What looks like a call but cannot be read is told apart, with its
 * text, so that the model can be told.
 *
 * @example
 * ```ts
 * import { parseToolCalls } from "./parse_tool_calls.ts";
 * import assert from "node:assert/strict";
 *
 * const answer = 'Let me see. <tool_call>{"name": "weather", "arguments": {"city": "Bern"}}</tool_call>';
 * const { text, calls } = parseToolCalls(answer);
 *
 * assert.equal(text, "Let me see.");
 * assert.deepEqual(calls, [{ name: "weather", arguments: { city: "Bern" } }]);
 * ```
 */
export function parseToolCalls(answer: string, options: ToolCallOptions = {}): ToolCalls {
  checkOptions("parseToolCalls", options, rules);
  const { text, parsed } = readers[options.format ?? formatOf(answer)](answer);
  return {
    text: text.trim(),
    calls: parsed.filter((each): each is ToolCall => "name" in each),
    unparsed: parsed.filter((each): each is UnparsedCall => "reason" in each),
  };
}

const open = "<tool_call>";
const close = "</tool_call>";
const mark = "[TOOL_CALLS]";
const argumentsMark = "[ARGS]";
const pythonTag = "<|python_tag|>";

function formatOf(answer: string): ToolCallFormat {
  if (answer.includes(open)) return "hermes";
  if (answer.includes(mark)) return "mistral";
  const isLlama = ["name", "parameters"].every((key) => answer.includes(`"${key}"`));
  if (answer.includes(pythonTag) || (isLlama && /^\s*\{/.test(answer))) return "llama";
  return "json";
}

const readers: Readonly<Record<ToolCallFormat, (answer: string) => Found>> = {
  hermes: readHermes,
  mistral: readMistral,
  llama: readLlama,
  json: readJson,
};

function readHermes(answer: string): Found {
  const parsed: ParsedCall[] = [];
  let text = "";
  let at = 0;
  for (let from = answer.indexOf(open); from >= 0; from = answer.indexOf(open, at)) {
    text += answer.slice(at, from);
    const start = from + open.length;
    const json = start + (/^\s*/.exec(answer.slice(start))![0].length);
    // The closing mark may stand in a text of the arguments.
    const ends = "{[".includes(answer[json] ?? "x") ? jsonEnd(answer, json) : -1;
    const closing = answer.indexOf(close, ends < 0 ? start : ends);
    const to = closing < 0 ? answer.length : closing;
    parsed.push(...callsOfJson(answer.slice(start, to).trim()));
    at = closing < 0 ? to : to + close.length;
  }
  return { text: text + answer.slice(at), parsed };
}

/** `[TOOL_CALLS] [{…}, …]`, and newer `[TOOL_CALLS]name{…}` or `[TOOL_CALLS]name[ARGS]{…}`. */
function readMistral(answer: string): Found {
  const first = answer.indexOf(mark);
  if (first < 0) return readJson(answer);
  const parsed: ParsedCall[] = [];
  let rest = "";
  for (const piece of answer.slice(first + mark.length).split(mark)) {
    const named = /^\s*([\w.-]+)\s*(?:\[ARGS\]\s*)?(?=\{)/.exec(piece);
    const from = named ? named[0].length : piece.search(/\S/);
    const end = from < 0 ? -1 : jsonEnd(piece, from);
    const json = piece.slice(Math.max(from, 0), end < 0 ? piece.length : end);
    if (named) parsed.push(...namedCall(named[1], json, piece.trim()));
    else parsed.push(...callsOfJson(json.trim()));
    if (end >= 0) rest += piece.slice(end).replaceAll(argumentsMark, "");
  }
  return { text: answer.slice(0, first) + rest, parsed };
}

function namedCall(name: string, json: string, text: string): ParsedCall[] {
  const wrapped = `{"name":${JSON.stringify(name)},"arguments":${json}}`;
  return callsOfJson(wrapped).map((each) => "reason" in each ? { ...each, text } : each);
}

function readLlama(answer: string): Found {
  const tag = answer.indexOf(pythonTag);
  const from = tag < 0 ? 0 : tag + pythonTag.length;
  const parsed: ParsedCall[] = [];
  let at = from;
  let text = answer.slice(0, Math.max(tag, 0));
  while (at < answer.length) {
    const open = answer.indexOf("{", at);
    const end = open < 0 ? -1 : jsonEnd(answer, open);
    if (end < 0) {
      // Behind the tag everything should be a call.
      const left = answer.slice(at);
      const call = left.replace(/^[\s;]+/, "").trim();
      if (tag < 0 && open < 0) text += left;
      else if (call !== "") parsed.push(...callsOfJson(call));
      break;
    }
    const between = answer.slice(at, open);
    if (!/^[\s;]*$/.test(between)) text += between;
    parsed.push(...callsOfJson(answer.slice(open, end)));
    at = end;
  }
  return { text, parsed };
}

/** A whole answer that is JSON, alone or in a fenced block; any other is text. */
function readJson(answer: string): Found {
  const fenced = /^\s*```(?:json)?\s*\n([^]*?)\n?\s*```\s*$/.exec(answer);
  const json = (fenced ? fenced[1] : answer).trim();
  if (!/^[{[]/.test(json)) return { text: answer, parsed: [] };
  const parsed = callsOfJson(json);
  // An answer in JSON that names no tool is an answer.
  const isAnswer = parsed.every((each) => "reason" in each && !/"name"\s*:/.test(each.text));
  return isAnswer ? { text: answer, parsed: [] } : { text: "", parsed };
}
