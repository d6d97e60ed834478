/**
 * The options of a chat task.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Mistake, mistakeOf } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { oneOf, record, type Rules, text } from "../../core/option_rules.ts";

/** Which tokens of a conversation are learned. */
export type Learn = "assistant" | "completion" | "last" | "all";

/** What the columns of one of three shapes of rows mean, and what is learned of them. */
export interface ChatTaskOptions {
  /**
   * The column of the conversations: a list of `{ role, content }`, or of `{ from, value }` as ShareGPT
   * has them, as values or as JSON.
   */
  readonly messages?: string;
  /** The column of what is asked: a text, or a list of messages. */
  readonly prompt?: string;
  /** The column of the answer to a prompt, likewise. */
  readonly completion?: string;
  /** The column of what is to be done (Alpaca). */
  readonly instruction?: string;
  /** The column of what it is to be done with; it may be empty in a row. */
  readonly input?: string;
  /** The column of the answer to an instruction. */
  readonly output?: string;
  /** The column of the functions that the model may call, a list of JSON schemas in each row. */
  readonly tools?: string;
  /** A system prompt for the rows that have none. */
  readonly system?: string;
  /**
   * The template: Jinja, the name of one of the model's own, `chatml`, `plain` for texts as they are, or
   * `lines` for one a line. The model's own unless given.
   */
  readonly template?: string;
  /** Further variables of the template, such as `{ enable_thinking: false }`. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** The day that templates name, `2026-11-29`; that of the run unless given. */
  readonly date?: string;
  /**
   * `assistant`: every turn of the assistant with its end token, or what the template's
   * `{% generation %}` markers say; `last`: the last of these; `completion`: everything after the
   * prompt; `all`: every token. `completion` for rows with a prompt or an instruction unless given, and
   * `assistant` for messages.
   */
  readonly learn?: Learn;
  /** `together` unless given; with `apart` each turn of the assistant is an example of its own. */
  readonly turns?: "together" | "apart";
  /** What becomes of rows that are longer than `maxTokens`: `cut` unless given, or `drop`. */
  readonly overflow?: "cut" | "drop";
  /** What becomes of rows without a single learned token: an `error` unless given, or `drop`. */
  readonly unlearned?: "error" | "drop";
}

const rules: Rules<ChatTaskOptions> = {
  messages: text,
  prompt: text,
  completion: text,
  instruction: text,
  input: text,
  output: text,
  tools: text,
  system: text,
  template: text,
  variables: record,
  date: ["a day such as 2026-11-29", isDay],
  learn: oneOf(["assistant", "completion", "last", "all"]),
  turns: oneOf(["together", "apart"]),
  overflow: oneOf(["cut", "drop"]),
  unlearned: oneOf(["error", "drop"]),
};

function isDay(value: unknown): boolean {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) &&
    Number.isFinite(Date.parse(value));
}

/** The columns of each shape of rows; those with a question mark may be absent. */
export const chatShapes = {
  messages: ["messages"],
  prompt: ["prompt", "completion"],
  instruction: ["instruction", "output"],
} as const;

/** The shape that options ask for; undefined for none. */
export function chatShapeOf(options: ChatTaskOptions): keyof typeof chatShapes | undefined {
  const shapes = Object.keys(chatShapes) as (keyof typeof chatShapes)[];
  return shapes.find((shape) => options[shape] !== undefined);
}

/** Which tokens are learned where nothing was said. */
export function learnOf(options: ChatTaskOptions): Learn {
  return options.learn ?? (chatShapeOf(options) === "messages" ? "assistant" : "completion");
}

/** The day that templates name, where one was given. */
export function dayOf({ date }: ChatTaskOptions): Date | undefined {
  return date === undefined ? undefined : new Date(`${date}T00:00:00`);
}

/** Throws one error of kind "input" with everything that is wrong. */
export function checkChatOptions(options: ChatTaskOptions): void {
  checkOptions("chat", options, rules, () => contradictions(options));
}

function contradictions(options: ChatTaskOptions): Mistake[] {
  if (!isRecord(options)) return [];
  const wrong: Mistake[] = [];
  const tell = (words: (nameOf: (option: string) => string) => string) =>
    wrong.push(mistakeOf((nameOf) => words((option) => nameOf(option))));
  const given = Object.entries(chatShapes).filter(([, columns]) =>
    columns.some((name) => options[name] !== undefined)
  );
  if (given.length !== 1) {
    tell((nameOf) =>
      `give the columns of one shape of rows: ${nameOf("messages")}; ${nameOf("prompt")} and ` +
      `${nameOf("completion")}; or ${nameOf("instruction")} and ${nameOf("output")}`
    );
    return wrong;
  }
  const [[shape, columns]] = given;
  for (const name of columns) {
    if (options[name] === undefined) tell((nameOf) => `${nameOf(name)} is missing`);
  }
  if (options.input !== undefined && shape !== "instruction") {
    tell((nameOf) => `${nameOf("input")} is for rows with ${nameOf("instruction")}`);
  }
  if (shape === "messages" && options.learn === "completion") {
    tell((nameOf) => `${nameOf("learn")} "completion" is for rows with a prompt; take "last"`);
  }
  return wrong;
}
