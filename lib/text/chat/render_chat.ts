/**
 * Conversations → texts, as `apply_chat_template` of transformers renders them.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { list, record, type Rules, yesOrNo } from "../../core/option_rules.ts";
import { messageOf, TunebookError } from "../../core/errors.ts";
import type { ChatMessage, ChatTool } from "./chat_message.ts";
import type { ChatTemplate } from "./chat_template.ts";
import { hasGenerationMarkers, readMarks, type TextSpan, withMarks } from "./generation_markers.ts";
import { type ParsedTemplate, parseTemplate } from "./python_jinja.ts";

/** How to render. */
export interface RenderChatOptions {
  /** Ends with what an answer of the assistant begins with; false unless given. */
  readonly addGenerationPrompt?: boolean;
  /** The functions that the model may call. */
  readonly tools?: readonly ChatTool[] | undefined;
  /** Further variables of the template, such as `{ enable_thinking: false }`. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  /** The day that templates name, in local time; now unless given. */
  readonly date?: Date | undefined;
}

const rules: Rules<RenderChatOptions> = {
  addGenerationPrompt: yesOrNo,
  tools: list,
  variables: record,
  date: ["a valid Date", (value) => value instanceof Date && Number.isFinite(value.getTime())],
};

interface Parsed {
  readonly plain: ParsedTemplate;
  readonly marked?: ParsedTemplate | undefined;
}

const parsed = new WeakMap<ChatTemplate, Parsed>();

/**
 * The text of a conversation. It equals what transformers renders (`tests/golden/chat_templates.json`).
 *
 * Throws a `TunebookError` of kind "weights" for a template that is no Jinja, and of kind "data" with
 * what the template says of a conversation that it refuses.
 *
 * @example
 * ```ts
 * import { renderChat } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const template = {
 *   source: "{% for m in messages %}[{{ m.role }}] {{ m.content }}{{ eos_token }}{% endfor %}",
 *   tokens: { eos_token: "</s>" },
 * };
 * assert.equal(renderChat(template, [{ role: "user", content: "Hello!" }]), "[user] Hello!</s>");
 * ```
 */
export function renderChat(
  template: ChatTemplate,
  messages: readonly ChatMessage[],
  options: RenderChatOptions = {},
): string {
  checkOptions("renderChat", options, rules);
  return render(parse(template).plain, template, messages, options);
}

/**
 * The same with the stretches between the `{% generation %}` markers of the template; `spans` is
 * undefined where it has none.
 */
export function renderMarkedChat(
  template: ChatTemplate,
  messages: readonly ChatMessage[],
  options: RenderChatOptions = {},
): { readonly text: string; readonly spans: TextSpan[] | undefined } {
  const { plain, marked } = parse(template);
  const text = render(plain, template, messages, options);
  if (!marked) return { text, spans: undefined };
  const found = readMarks(render(marked, template, messages, options));
  if (found.text === text) return found;
  throw new TunebookError(
    "unsupported",
    "the chat template changes what it writes between its {% generation %} markers, so that they " +
      "cannot be followed; give a template without them",
  );
}

function parse(template: ChatTemplate): Parsed {
  const known = parsed.get(template);
  if (known) return known;
  const { source } = template;
  try {
    const found = {
      plain: parseTemplate(source),
      marked: hasGenerationMarkers(source) ? parseTemplate(withMarks(source)) : undefined,
    };
    parsed.set(template, found);
    return found;
  } catch (error) {
    throw new TunebookError("weights", `the chat template is no Jinja: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function render(
  { render }: ParsedTemplate,
  { tokens }: ChatTemplate,
  messages: readonly ChatMessage[],
  { addGenerationPrompt = false, tools, variables, date = new Date() }: RenderChatOptions,
): string {
  try {
    return render({
      ...tokens,
      ...variables,
      messages,
      tools: tools ?? null,
      documents: null,
      add_generation_prompt: addGenerationPrompt,
    }, date);
  } catch (error) {
    throw new TunebookError("data", `the chat template says: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
