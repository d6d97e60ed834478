/**
 * A conversation with tools → what a model of conversations is asked.
 *
 * @module
 */
import type { TextModel } from "../../generate/text_model.ts";
import type { ChatMessage, ChatTool } from "../../text/chat/chat_message.ts";
import { RequestError } from "../../http/request_error.ts";
import type { ServedModel } from "../served_base.ts";

/**
 * The input of a conversation. An error of status 400 for a model that answers none, and where there are tools
 * of which its template says nothing.
 */
export function chatInput(
  textModel: TextModel,
  { name }: ServedModel,
  messages: readonly ChatMessage[],
  tools: readonly ChatTool[] | undefined,
): unknown {
  const { inputOf } = textModel;
  if (!inputOf) {
    throw new RequestError(
      400,
      `${name} was trained for no conversations, but to go on with texts; ask /v1/completions`,
      { param: "model", code: "wrong_task" },
    );
  }
  const plain = inputOf(messages);
  if (!tools) return plain;
  const input = { messages: plain, tools };
  const told = textModel.promptOf(input);
  const untold = textModel.promptOf(plain);
  if (told.length !== untold.length || told.some((id, at) => id !== untold[at])) return input;
  throw new RequestError(400, `the chat template of ${name} says nothing of tools`, {
    param: "tools",
    code: "unsupported",
  });
}
