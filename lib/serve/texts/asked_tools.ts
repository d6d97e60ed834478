/**
 * The tools of a request: what the model is told of them, and what binds its answer.
 *
 * @module
 */
import type { ChatTool } from "../../text/chat/chat_message.ts";
import { quoted } from "../../core/quoted.ts";
import { RequestError } from "../../http/request_error.ts";
import type { CallRules } from "./call_text.ts";

/** A function that the model may call. */
export interface ServedTool {
  readonly name: string;
  readonly description?: string | undefined;
  /** A JSON schema; any arguments unless given. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

/** Whether the model must call: as it likes, not at all, anything, or one by its name. */
export type ToolChoice = "auto" | "none" | "required" | { readonly name: string };

/** What a request says of tools. */
export interface ToolRequest {
  readonly tools: readonly ServedTool[];
  readonly choice: ToolChoice;
  /** Whether an answer may have several calls. */
  readonly several: boolean;
  /** What errors call the choice. */
  readonly choiceField: string;
}

/** What becomes of it. */
export interface AskedTools {
  /** For the template; undefined where the model is told of none. */
  readonly shown: readonly ChatTool[] | undefined;
  /** What the answer must be, where it must be a call. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** Undefined where no call is looked for. */
  readonly calls: CallRules | undefined;
}

/** Reads it; an error of status 400 for a choice that no tool fits. */
export function askedTools({ tools, choice, several, choiceField }: ToolRequest): AskedTools {
  if (tools.length === 0 || choice === "none") {
    if (choice === "required" || typeof choice === "object") {
      throw refused(choiceField, `${choiceField} asks for a call, but there are no tools`);
    }
    return { shown: undefined, calls: undefined };
  }
  const names = tools.map(({ name }) => name);
  const twice = names.filter((name, at) => names.indexOf(name) < at);
  if (twice.length > 0) throw refused("tools", `several tools are called ${quoted(twice[0])}`);
  const shown = tools.map(({ name, description, parameters = anyArguments }) => ({
    type: "function",
    function: { name, ...(description === undefined ? {} : { description }), parameters },
  }));
  const calls = { names, several };
  if (choice === "auto") return { shown, calls };
  const wanted = typeof choice === "object"
    ? tools.filter(({ name }) => name === choice.name)
    : tools;
  if (wanted.length === 0) {
    const name = quoted((choice as { readonly name: string }).name);
    throw refused(choiceField, `${choiceField} names ${name}, which is none of the tools`);
  }
  return { shown, calls, schema: callSchema(wanted) };
}

const anyArguments = { type: "object" };

function refused(param: string, message: string): RequestError {
  return new RequestError(400, message, { param, code: "invalid_request" });
}

/** What a call of one of the tools is: `{ "name", "arguments" }`. */
function callSchema(tools: readonly ServedTool[]): Readonly<Record<string, unknown>> {
  const shapes = tools.map(({ name, parameters = anyArguments }, at) => {
    const path = tools.length === 1 ? "" : `/anyOf/${at}`;
    return {
      type: "object",
      properties: {
        name: { const: name },
        arguments: moved(parameters, `#${path}/properties/arguments`),
      },
      required: ["name", "arguments"],
    };
  });
  return shapes.length === 1 ? shapes[0] : { anyOf: shapes };
}

/** A schema that stands inside another, with its references from there. */
function moved(schema: unknown, to: string): unknown {
  if (Array.isArray(schema)) return schema.map((each) => moved(each, to));
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === "$ref" && typeof value === "string" && value.startsWith("#")
        ? to + value.slice(1)
        : moved(value, to),
    ]),
  );
}
