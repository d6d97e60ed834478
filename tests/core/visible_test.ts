import assert from "node:assert/strict";
import { bundleOf } from "../../lib/core/display.ts";
import { TunebookError } from "../../lib/core/errors.ts";
import { html } from "../../lib/core/html.ts";
import { say } from "../../lib/core/say.ts";
import { shortened } from "../../lib/core/text_table.ts";
import { visible, visibleLines } from "../../lib/core/visible.ts";

Deno.test("what cannot be seen is written as in JSON, everything else stays", () => {
  const hidden = [
    ["\x1b[31mred", "\\u001b[31mred"],
    ["a\0\x07\x7f\x9b2J", "a\\u0000\\u0007\\u007f\\u009b2J"],
    ["pos\r", "pos\\r"],
    ["a\tb\nc", "a\\tb\\nc"],
    ["evil\u202egnp.exe\u2066", "evil\\u202egnp.exe\\u2066"],
    ["\ufeffname\u2028", "\\ufeffname\\u2028"],
    ["\ufffe\uffff\ud800", "\\ufffe\\uffff\\ud800"],
  ];
  for (const [name, shown] of hidden) assert.equal(visible(name), shown);
  const whole = "naïve 中文 \u05d0\u05d1 👩‍💻 \\u001b &<>";
  assert.equal(visible(whole), whole);
  assert.equal(visibleLines("a\tb\r\nc\x1b"), "a\tb\nc\\u001b");
});

Deno.test("errors, lines and displays pass no control character on", () => {
  const text = "label \x1b]0;title\x07\n\u009b2J";
  const shown = "label \\u001b]0;title\\u0007\n\\u009b2J";
  assert.equal(new TunebookError("data", text).message, shown);
  assert.equal(bundleOf(text, html`<p>${text}</p>`)["text/plain"], shown);
  assert.equal(html`${text}`.markup, shown);
  assert.equal(shortened(text, 80), shown.replace("\n", " "));
  const write = console.error;
  const lines: string[] = [];
  console.error = (line: string) => lines.push(line);
  try {
    say(text);
  } finally {
    console.error = write;
  }
  assert.deepEqual(lines, [shown]);
});
