/**
 * An answer to a question, out of a text.
 *
 * @module
 */
export const answer = {
  path: "/answer",
  settings: () => ({ kind: "answer" }),
  body: ({ question, context }) => ({ input: { question, context } }),
  found: ({ data: [{ text, ...found }] }) => ({ answer: text, ...found }),
};
