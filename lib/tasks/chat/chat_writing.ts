/**
 * Messages → what the model answers to.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type { Writing } from "../../nn/writing.ts";
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import { type ChatTemplate, chooseTemplate } from "../../text/chat/chat_template.ts";
import { endTokens } from "../../text/chat/end_tokens.ts";
import { renderChat } from "../../text/chat/render_chat.ts";
import { type ChatTaskOptions, dayOf } from "./options.ts";
import { type ChatAsked, isWithTools } from "./chat_asked.ts";
import { chatCases } from "./chat_cases.ts";
import { readMessage } from "./read_message.ts";

/** How a model of this task is asked: with the template of its training. */
export function chatWriting(options: ChatTaskOptions): Writing<readonly ChatMessage[]> {
  const [plain, withTools] = [0, 1].map(() => new WeakMap<object, ChatTemplate>());
  const templateFor = ({ tokenizer: { chat } }: TextProcessor, hasTools = false) => {
    const templates = hasTools ? withTools : plain;
    const known = templates.get(chat) ?? chooseTemplate(chat, options.template, hasTools);
    templates.set(chat, known);
    return known;
  };
  const writing: Writing<readonly ChatMessage[]> = {
    promptOf(input: ChatAsked, processor, where) {
      const { messages: asked, tools } = isWithTools(input)
        ? input
        : { messages: input, tools: undefined };
      const messages = messagesOf(asked, options, where);
      const text = renderChat(templateFor(processor, tools !== undefined), messages, {
        addGenerationPrompt: true,
        ...(tools ? { tools } : {}),
        variables: options.variables,
        date: dayOf(options),
      });
      return processor.tokenizer.tokens(text).ids;
    },
    endTokens: (processor) => endTokens(processor.tokenizer, templateFor(processor)).ids,
    inputOf: (messages) => messages as readonly ChatMessage[],
    cases(table, processor, where) {
      const found = chatCases(table, options, where);
      // Rows that training leaves out because they are too long are left out here as well.
      if (options.overflow !== "drop" && options.unlearned !== "drop") return found;
      return found.filter(({ input, row }) =>
        writing.promptOf(input as readonly ChatMessage[], processor, `row ${row + 1}`).length <
          processor.maxTokens
      );
    },
  };
  return writing;
}

function messagesOf(
  input: unknown,
  { system }: ChatTaskOptions,
  where: string,
): readonly ChatMessage[] {
  if (!Array.isArray(input) || input.length === 0) {
    throw new TunebookError(
      "input",
      `${where} is ${shownValue(input)}, but must be a list of { role, content }`,
    );
  }
  const messages = input.map((each, at) => {
    const message = readMessage(each);
    if (typeof message !== "string") return message;
    throw new TunebookError("input", `message ${at + 1} of ${where} ${message}`);
  });
  return system === undefined || messages.some(({ role }) => role === "system")
    ? messages
    : [{ role: "system", content: system }, ...messages];
}
