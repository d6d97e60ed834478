import assert from "node:assert/strict";
import { docExamples } from "./doc_examples.ts";

const fence = "```";

Deno.test("examples are the blocks of TypeScript in comments, with the lines of their fences", () => {
  const text = `/**
 * A module.
 *
 * @example
 * ${fence}ts
 * const a = \`
 *   indented\`;
 *
 * const b = a;
 * ${fence}
 * ${fence}json
 * { "no": "code" }
 * ${fence}
 */
const text = "no comment";
// ${fence}ts
// const no = "JSDoc";
// ${fence}
interface Options {
  /**
   * ${fence}typescript
   * const c = 1;
   * ${fence}
   * ${fence}ts ignore
   * const ignored = 1;
   * ${fence}
   */
  readonly option: string;
}
`;
  assert.deepEqual(docExamples("lib/a.ts", text), [
    { from: 5, to: 10, code: "const a = `\n  indented`;\n\nconst b = a;\n" },
    { from: 21, to: 23, code: "const c = 1;\n" },
  ]);
});

Deno.test("examples of documents are their blocks", () => {
  const text = `# Title
${fence}ts
first();
${fence}

${fence}js
other();
${fence}
${fence}ts ignore
ignored();
${fence}
${fence}ts
second();
${fence}
`;
  assert.deepEqual(docExamples("docs/a.md", text), [
    { from: 2, to: 4, code: "first();\n" },
    { from: 12, to: 14, code: "second();\n" },
  ]);
  assert.deepEqual(docExamples("lib/a.ts", text), []);
});
