/**
 * How a text goes on, and what a source becomes; written while it is read.
 *
 * @module
 */

/** As many as a small model writes in seconds. */
export const maxNewTokens = 128;

/** Tasks whose models write a target of a source, not the rest of a text. */
const targets = ["text2text-generation", "translation", "summarization"];

export const write = {
  path: "/v1/completions",
  isStream: true,
  settings: ({ task }) => ({ kind: targets.includes(task) ? "target" : "text", maxNewTokens }),
  body: ({ text, maxNewTokens, temperature }) => ({
    prompt: text,
    max_tokens: maxNewTokens,
    temperature,
  }),
  pieceOf: ({ choices: [choice] }) => choice?.text ?? "",
};
