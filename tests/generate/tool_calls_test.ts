import assert from "node:assert/strict";
import {
  parseToolCalls,
  type ToolCallFormat,
} from "../../lib/generate/tool_calls/parse_tool_calls.ts";

const weather = (city: string) => ({ name: "weather", arguments: { city } });
const json = (city: string, key = "arguments") =>
  `{"name": "weather", "${key}": {"city": "${city}"}}`;

interface Case {
  readonly answer: string;
  readonly text?: string;
  readonly calls: readonly object[];
  readonly unparsed?: readonly [text: string, reason: RegExp][];
  readonly format?: ToolCallFormat;
}

const cases: Readonly<Record<string, Case>> = {
  "Hermes and Qwen": {
    answer: `I look.\n<tool_call>\n${json("Bern")}\n</tool_call>\n<tool_call>\n${
      json("Rom")
    }\n</tool_call>`,
    text: "I look.",
    calls: [weather("Bern"), weather("Rom")],
  },
  "Hermes, not closed at the end": {
    answer: `<tool_call>${json("Bern")}`,
    calls: [weather("Bern")],
  },
  "Hermes, the closing mark inside the arguments": {
    answer: `<tool_call>${json("</tool_call>")}</tool_call> done`,
    text: "done",
    calls: [weather("</tool_call>")],
  },
  "Hermes, damaged": {
    answer: `<tool_call>{"name": "weather", "arguments": {city}}</tool_call><tool_call>${
      json("Rom")
    }</tool_call>`,
    calls: [weather("Rom")],
    unparsed: [['{"name": "weather", "arguments": {city}}', /no JSON/]],
  },
  "Llama 3": {
    answer: json("Bern", "parameters"),
    calls: [weather("Bern")],
  },
  "Llama 3, several behind a tag": {
    answer: `<|python_tag|>${json("Bern", "parameters")}; ${json("Rom", "parameters")}`,
    calls: [weather("Bern"), weather("Rom")],
  },
  "Llama 3, cut": {
    answer: `<|python_tag|>${json("Bern", "parameters")}; {"name": "wea`,
    calls: [weather("Bern")],
    unparsed: [['{"name": "wea', /no JSON/]],
  },
  "Mistral": {
    answer: `[TOOL_CALLS] [${json("Bern")}, {"name": "now", "arguments": {}, "id": "abc123def"}]`,
    calls: [weather("Bern"), { name: "now", arguments: {}, id: "abc123def" }],
  },
  "Mistral, newer": {
    answer: `So.[TOOL_CALLS]weather{"city": "Bern"}[TOOL_CALLS]weather[ARGS]{"city": "Rom"}`,
    text: "So.",
    calls: [weather("Bern"), weather("Rom")],
  },
  "Mistral, damaged": {
    answer: `[TOOL_CALLS]weather{"city": `,
    calls: [],
    unparsed: [['weather{"city":', /no JSON/]],
  },
  "plain JSON": { answer: ` ${json("Bern")}\n`, calls: [weather("Bern")] },
  "plain JSON in a block": {
    answer: "```json\n[" + json("Bern") + "]\n```",
    calls: [weather("Bern")],
  },
  "OpenAI's form, arguments in a text": {
    answer: '{"id": "call_1", "type": "function", "function": {"name": "weather", ' +
      '"arguments": "{\\"city\\": \\"Bern\\"}"}}',
    calls: [{ ...weather("Bern"), id: "call_1" }],
  },
  "arguments that are no object": {
    answer: '{"name": "weather", "arguments": ["Bern"]}',
    calls: [],
    unparsed: [['{"name": "weather", "arguments": ["Bern"]}', /arguments of weather are/]],
  },
  "a call without a name": {
    answer: '<tool_call>{"arguments": {}}</tool_call>',
    calls: [],
    unparsed: [['{"arguments": {}}', /names no tool/]],
  },
  "an answer without calls": { answer: "It is {warm}.", text: "It is {warm}.", calls: [] },
  "an answer in JSON": { answer: '{"city": "Bern"}', text: '{"city": "Bern"}', calls: [] },
  "an empty answer": { answer: "", calls: [] },
  "a format that is given": {
    answer: `Text ${json("Bern", "parameters")} and more`,
    format: "llama",
    text: "Text  and more",
    calls: [weather("Bern")],
  },
};

for (const [name, { answer, text = "", calls, unparsed = [], format }] of Object.entries(cases)) {
  Deno.test(`tool calls: ${name}`, () => {
    const found = parseToolCalls(answer, format === undefined ? {} : { format });
    assert.deepEqual(found.calls, calls);
    assert.equal(found.text, text);
    assert.equal(found.unparsed.length, unparsed.length);
    unparsed.forEach(([expected, reason], i) => {
      assert.equal(found.unparsed[i].text, expected);
      assert.match(found.unparsed[i].reason, reason);
    });
  });
}

Deno.test("tool calls: unknown options and formats are refused", () => {
  // deno-lint-ignore no-explicit-any
  assert.throws(() => parseToolCalls("", { form: "json" } as any), /no option form/);
  // deno-lint-ignore no-explicit-any
  assert.throws(() => parseToolCalls("", { format: "hermer" } as any), /hermes/);
});
