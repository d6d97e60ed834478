/**
 * A conversation, written while it is read.
 *
 * @module
 */
import { maxNewTokens } from "./write.js";

export const chat = {
  path: "/v1/chat/completions",
  isStream: true,
  settings: () => ({ kind: "chat", maxNewTokens }),
  body: ({ messages, maxNewTokens, temperature }) => ({
    messages,
    max_tokens: maxNewTokens,
    temperature,
  }),
  pieceOf: ({ choices: [choice] }) => choice?.delta?.content ?? "",
};
