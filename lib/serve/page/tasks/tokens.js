/**
 * What is named in a text.
 *
 * @module
 */
export const tokens = {
  path: "/tokens",
  settings: () => ({ kind: "tags" }),
  body: ({ text }) => ({ input: text }),
  found: ({ data: [{ spans }] }) =>
    spans.map(({ label, text, ...found }) => ({ entity_group: label, word: text, ...found })),
};
