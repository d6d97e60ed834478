/**
 * Conversations and preferences that people reported as learned wrongly by TRL, Axolotl and LLaMA-Factory. The
 * addresses of the reports stand in LOG.md.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { chat, type ChatTaskOptions, dpo, type DpoOptions, tableFromRows } from "tunebook";
import { loadTokenizer, type Tokenizer } from "../../lib/text/tokenizer.ts";
import { inFiles } from "../data/images/in_files.ts";
import { isMistake } from "../is_mistake.ts";

const golden = async (name: string) =>
  JSON.parse(await Deno.readTextFile(new URL(`../golden/${name}.json`, import.meta.url)));
const { tokenizer: json } = await golden("chat_masks");
const { templates } = await golden("chat_templates");

/** A tokenizer that begins every text with `<s>`, with a template or several by name. */
function tokenizerWith(chatTemplate: unknown): Promise<Tokenizer> {
  const bos = { SpecialToken: { id: "<s>", type_id: 0 } };
  const single = [bos, { Sequence: { id: "A", type_id: 0 } }];
  const processor = {
    type: "TemplateProcessing",
    single,
    pair: [...single, { Sequence: { id: "B", type_id: 0 } }],
    special_tokens: { "<s>": { id: "<s>", ids: [0], tokens: ["<s>"] } },
  };
  const settings = {
    bos_token: "<s>",
    eos_token: "<|im_end|>",
    pad_token: "</s>",
    chat_template: chatTemplate,
  };
  return inFiles({
    "tokenizer.json": JSON.stringify({ ...json, post_processor: processor }),
    "tokenizer_config.json": JSON.stringify(settings),
  }, (folder) =>
    loadTokenizer({
      tokenizer: join(folder, "tokenizer.json"),
      tokenizerConfig: join(folder, "tokenizer_config.json"),
    }));
}

const [smollm, qwen2, qwen3, llama] = await Promise.all(
  ["smollm2", "qwen2_5", "qwen3", "llama3_1"].map((name) => tokenizerWith(templates[name])),
);

interface Encoded {
  readonly text: string;
  /** What is learned of it. */
  readonly learned: string;
}

type Rows = readonly Readonly<Record<string, unknown>>[];

/** The first example of some rows. */
async function encoded(
  task: ReturnType<typeof chat> | ReturnType<typeof dpo>,
  rows: Rows,
  tokenizer: Tokenizer,
): Promise<Encoded> {
  const processor = { input: "text", tokenizer, maxTokens: 1000, padId: 1, usesTypes: false };
  const table = tableFromRows(rows as never);
  task.checkRows(table, "the rows");
  const examples = await task.withLabels([]).examples(table, processor as never, {
    where: "the rows",
  });
  const { input_ids } = await examples.feedsOf([0]);
  const ids = Array.from(input_ids.data, Number);
  const counts = examples.countsOf!(0);
  const textOf = (some: readonly number[]) =>
    some.map((id) => tokenizer.tokenText(id)).join("").replaceAll("Ġ", " ").replaceAll("Ċ", "\n");
  return { text: textOf(ids), learned: textOf(ids.filter((_, at) => counts[at])) };
}

const talk = (messages: readonly unknown[], tokenizer = smollm, options: ChatTaskOptions = {}) =>
  encoded(chat({ messages: "messages", ...options }), [{ messages }], tokenizer);
const asked = (
  columns: Readonly<Record<string, unknown>>,
  names: ChatTaskOptions = { prompt: "prompt", completion: "completion" },
) => encoded(chat(names), [columns], smollm);
const turn = (role: string, content: unknown, more: object = {}) => ({ role, content, ...more });

Deno.test("calls of functions in ShareGPT's rows are learned as calls", async () => {
  const call = { name: "weather", arguments: { city: "Rome" } };
  const rows = [
    { from: "human", value: "How warm is it?" },
    { from: "function_call", value: JSON.stringify(call) },
    { from: "observation", value: "12" },
    { from: "gpt", value: "Twelve." },
  ];
  const { text, learned } = await talk(rows, qwen2);
  assert.match(learned, /^<tool_call>\n\{"name": "weather", "arguments": \{"city": "Rome"\}\}\n/);
  assert.match(learned, /<\|im_end\|>Twelve\.<\|im_end\|>$/);
  assert.match(text, /<tool_response>\n12\n/);
  const broken = rows.with(1, { from: "function_call", value: "weather(Rome)" });
  await assert.rejects(
    talk(broken, qwen2),
    isMistake("data", "row 1: message 2", "a tool call without a name"),
  );
});

Deno.test("roles in capitals are these roles, and a slip of the pen is an error", async () => {
  const right = [turn("user", "A"), turn("assistant", "B")];
  const capitals = [turn("User", "A"), turn("Assistant", "B")];
  assert.deepEqual(await talk(capitals), await talk(right));
  for (const [role, meant] of [["assistnat", "assistant"], ["hummany", "human"]]) {
    await assert.rejects(
      talk([turn(role, "C"), ...right]),
      isMistake(
        "data",
        `message 1 of "messages" has the role "${role}" (did you mean "${meant}"?)`,
      ),
    );
  }
  // Speakers of other conversations are written as they are.
  assert.match((await talk([turn("critic", "C"), turn("user2", "D"), ...right])).text, /critic/);
});

Deno.test("what other trainers call a turn that is not learned is read", async () => {
  const rows = (first: object, last: object = {}) => [
    turn("user", "A", { loss: null }),
    turn("assistant", "B", first),
    turn("user", "C"),
    turn("assistant", "D", last),
  ];
  const wanted = await talk(rows({ weight: 0 }));
  assert.equal(wanted.learned, "D<|im_end|>");
  for (const name of ["train", "training", "trainable", "loss"]) {
    assert.deepEqual(await talk(rows({ [name]: false }, { [name]: true })), wanted);
  }
  await assert.rejects(
    talk(rows({ train: false, loss: true })),
    isMistake("data", "message 2", "weight that is not 0 or 1"),
  );
});

Deno.test("answers that are JSON are texts, and values that are none are told so", async () => {
  for (const completion of ['[{"name": "Bob"}]', "[]", '{"name": "Bob"}', "[1, 2]"]) {
    const { learned } = await asked({ prompt: "Names?", completion });
    assert.equal(learned, `${completion}<|im_end|>\\n`.replace("\\n", "\n"));
  }
  const list = JSON.stringify([turn("assistant", "Hi.")]);
  const { learned } = await asked({ prompt: "Hello!", completion: list });
  assert.match(learned, /^Hi\./);
  await assert.rejects(
    asked({ prompt: "2 + 2?", completion: 4 }),
    isMistake("data", '"completion" is no text', "but 4; write numbers and JSON as texts"),
  );
});

Deno.test("an input of blanks is none, and an answer of blanks an error", async () => {
  const names = { instruction: "instruction", input: "input", output: "output" };
  const row = { instruction: "Say yes.", output: "Yes." };
  const wanted = await asked({ ...row, input: "" }, names);
  for (const input of [null, "  "]) {
    assert.deepEqual(await asked({ ...row, input }, names), wanted);
  }
  for (const content of ["", " \n"]) {
    const silent = [turn("user", "A"), turn("assistant", content)];
    await assert.rejects(talk(silent), isMistake("data", "message 2", "says nothing"));
  }
});

Deno.test("what a template never writes is an error", async () => {
  const thought = [turn("user", "A"), turn("assistant", "B", { reasoning_content: "Hm." })];
  assert.match((await talk(thought, qwen3)).learned, /<think>\nHm\.\n<\/think>/);
  await assert.rejects(
    talk(thought),
    isMistake("data", 'row 1: the template does not write "reasoning_content" of message 2'),
  );
  const calls = [{ type: "function", function: { name: "f", arguments: "{}" } }];
  const called = [turn("user", "A"), turn("assistant", null, { tool_calls: calls })];
  assert.match((await talk(called, qwen2)).learned, /<tool_call>/);
  await assert.rejects(talk(called), isMistake("data", 'does not write "tool_calls"'));
  const tools = [{ type: "function", function: { name: "f", parameters: {} } }];
  const row = { messages: [turn("user", "A"), turn("assistant", "B")], tools };
  const task = chat({ messages: "messages", tools: "tools" });
  assert.match((await encoded(task, [row], qwen2)).text, /"name": "f"/);
  await assert.rejects(
    encoded(task, [row], smollm),
    isMistake("data", "does not write its tools"),
  );
});

Deno.test("of several templates the one for tools is asked as it was learned", async () => {
  const tokenizer = await tokenizerWith([
    { name: "default", template: templates.smollm2 },
    { name: "tool_use", template: templates.qwen2_5 },
  ]);
  const tools = [{ type: "function", function: { name: "f", parameters: {} } }];
  const messages = [turn("user", "A"), turn("assistant", "B")];
  const task = chat({ messages: "messages", tools: "tools" });
  const { text } = await encoded(task, [{ messages, tools }], tokenizer);
  const processor = { input: "text", tokenizer, maxTokens: 1000, padId: 1, usesTypes: false };
  const input = { messages: messages.slice(0, 1), tools };
  const ids = task.withLabels([]).writing!.promptOf(input as never, processor as never, "input 1");
  const asked = [...ids].map((id) => tokenizer.tokenText(id)).join("")
    .replaceAll("Ġ", " ").replaceAll("Ċ", "\n");
  assert.ok(text.startsWith(asked));
});

Deno.test("a template that writes the first token gets no second one", async () => {
  const messages = [turn("user", "A"), turn("assistant", "B"), turn("user", "C")];
  const count = (text: string) => text.split("<s>").length - 1;
  const { text } = await talk([...messages, turn("assistant", "D")], llama, { date: "2026-11-30" });
  assert.equal(count(text), 1);
  const options: DpoOptions = { prompt: "prompt", chosen: "chosen", rejected: "rejected" };
  const row = { prompt: messages, chosen: "Yes", rejected: "No" };
  const pair = await encoded(dpo({ ...options, date: "2026-11-30" }), [row], llama);
  assert.equal(count(pair.text), 1);
  assert.match(pair.learned, /^Yes/);
});

Deno.test("speakers take turns in any order", async () => {
  const any = [
    turn("assistant", "A"),
    turn("user", "B"),
    turn("user", "C"),
    turn("assistant", "D"),
    turn("assistant", "E"),
    turn("user", "F"),
  ];
  const { learned } = await talk(any);
  assert.equal(learned, "A<|im_end|>D<|im_end|>E<|im_end|>");
});

Deno.test("answers that all repeat their prompts are an error", async () => {
  const row = (n: number) => ({
    prompt: `Is ${n} odd?`,
    chosen: `Is ${n} odd? Yes`,
    rejected: `Is ${n} odd? No`,
  });
  const options = { chosen: "chosen", rejected: "rejected" };
  const given = dpo({ ...options, prompt: "prompt" });
  await assert.rejects(
    encoded(given, [row(1), row(3)], smollm),
    isMistake("data", "all answers of the rows begin with their prompts", "leave out prompt"),
  );
  const { learned } = await encoded(dpo(options), [row(1), row(3)], smollm);
  assert.match(learned, /^ Yes/);
  // A greeting may be answered with it.
  const greeting = { prompt: "Hello", chosen: "Hello to you", rejected: "Hello, and bye" };
  const other = { prompt: "Is it odd?", chosen: "Yes", rejected: "No" };
  assert.match((await encoded(given, [greeting, other], smollm)).learned, /^Hello to you/);
});
