import assert from "node:assert/strict";
import { join } from "node:path";
import { chat } from "../../lib/tasks/chat.ts";
import type { ChatTaskOptions } from "../../lib/tasks/chat/options.ts";
import { textGeneration } from "../../lib/tasks/text_generation.ts";
import { tableFromRows } from "../../lib/table/table.ts";
import { endTokens } from "../../lib/text/chat/end_tokens.ts";
import { chooseTemplate } from "../../lib/text/chat/chat_template.ts";
import { loadTokenizer, type Tokenizer } from "../../lib/text/tokenizer.ts";
import { isMistake } from "../is_mistake.ts";

const golden = JSON.parse(
  await Deno.readTextFile(new URL("../golden/chat_masks.json", import.meta.url)),
);
const chatTemplates = JSON.parse(
  await Deno.readTextFile(new URL("../golden/chat_templates.json", import.meta.url)),
);

async function tokenizerWith(
  settings: Record<string, unknown>,
  jinja?: string,
): Promise<Tokenizer> {
  const folder = await Deno.makeTempDir();
  try {
    const [tokenizer, tokenizerConfig, chatTemplate] = ["t.json", "c.json", "chat_template.jinja"]
      .map((name) => join(folder, name));
    await Deno.writeTextFile(tokenizer, JSON.stringify(golden.tokenizer));
    await Deno.writeTextFile(tokenizerConfig, JSON.stringify({ pad_token: "<s>", ...settings }));
    if (jinja !== undefined) await Deno.writeTextFile(chatTemplate, jinja);
    return await loadTokenizer({ tokenizer, tokenizerConfig, ...(jinja ? { chatTemplate } : {}) });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const chatml = await tokenizerWith({
  eos_token: "</s>",
  chat_template: chatTemplates.templates.smollm2,
});

function examplesOf(
  rows: object[],
  options: ChatTaskOptions,
  maxTokens = 1000,
  tokenizer = chatml,
) {
  const processor = { input: "text", tokenizer, maxTokens, padId: 0, usesTypes: false };
  return chat(options).withLabels([]).examples(tableFromRows(rows as never), processor as never, {
    where: "the rows",
  });
}

const turn = (role: string, content: unknown) => ({ role, content });
const answered = { messages: [turn("user", "Hello!"), turn("assistant", "Hi.")] };

Deno.test("rows of every shape become the same conversation", async () => {
  const shapes: [object, ChatTaskOptions][] = [
    [answered, { messages: "messages" }],
    [{ messages: JSON.stringify(answered.messages) }, { messages: "messages" }],
    [{
      messages: [{ from: "human", value: "Hello!" }, { from: "gpt", value: "Hi." }],
    }, { messages: "messages" }],
    [{
      messages: [turn("user", [{ type: "text", text: "Hello!" }]), turn("assistant", "Hi.")],
    }, { messages: "messages" }],
    [{ prompt: "Hello!", completion: "Hi." }, { prompt: "prompt", completion: "completion" }],
    [{ instruction: "Hello!", input: "", output: "Hi." }, {
      instruction: "instruction",
      input: "input",
      output: "output",
    }],
  ];
  const ids = await Promise.all(shapes.map(async ([row, options]) => {
    const examples = await examplesOf([row], options);
    return [...(await examples.feedsOf([0])).input_ids.data].join();
  }));
  assert.deepEqual(new Set(ids).size, 1);
});

Deno.test("all wrong rows are one error that counts them from 1", () => {
  const table = tableFromRows([
    answered,
    { messages: [turn("user", [{ type: "image" }])] },
    { messages: "no list" },
    { messages: [{ content: "A" }] },
  ] as never);
  assert.throws(
    () => chat({ messages: "messages" }).checkRows(table, "the table"),
    isMistake(
      "data",
      /row 2: message 1 .*part of type "image"/,
      /row 3: .*no list/,
      /row 4: .*no role/,
    ),
  );
});

Deno.test("options of two shapes and a missing half are errors", () => {
  assert.throws(() => chat({}), isMistake("input", /one shape of rows/));
  assert.throws(() => chat({ messages: "a", prompt: "b" }), isMistake("input", /one shape/));
  assert.throws(() => chat({ prompt: "b" }), isMistake("input", /completion is missing/));
  assert.throws(
    () => chat({ messages: "a", learn: "completion" }),
    isMistake("input", /take "last"/),
  );
});

Deno.test("rows without a learned token are named, or dropped where that is asked", async () => {
  const rows = [answered, { messages: [turn("user", "Alone")] }];
  await assert.rejects(
    examplesOf(rows, { messages: "messages" }),
    isMistake("data", /1 rows of the rows have no token to learn/, /row 2: no turn/),
  );
  const dropped = await examplesOf(rows, { messages: "messages", unlearned: "drop" });
  assert.deepEqual([dropped.rows, dropped.lengths.length], [2, 1]);
});

Deno.test("what the limit cuts is counted, and an end that is never learned is an error", async () => {
  const whole = await examplesOf([answered], { messages: "messages" });
  assert.match(whole.notes!.join("\n"), /end token <\|im_end\|> or <\/s> is learned 1 times/);
  const [length] = whole.lengths;
  const short = [answered, { messages: [turn("user", "A"), turn("assistant", "B")] }];
  const cut = await examplesOf(short, { messages: "messages" }, length - 2);
  assert.equal(cut.truncated, 1);
  assert.match(cut.notes!.join("\n"), /1 of 2 examples are longer .* were cut, with 1 of/);
  await assert.rejects(
    examplesOf([answered], { messages: "messages" }, length - 2),
    isMistake("data", /never learned/, /give more maxTokens/),
  );
  await assert.rejects(
    examplesOf([answered], { messages: "messages" }, 3),
    isMistake("data", /row 1: its \d+ learned tokens are behind the limit of 3/),
  );
});

Deno.test("a template that cuts thinking is told with its row; apart, turns are learned", async () => {
  const tokenizer = await tokenizerWith({ eos_token: "<|im_end|>" }, chatTemplates.templates.qwen3);
  const { messages } = chatTemplates.conversations.thinking;
  await assert.rejects(
    examplesOf([{ messages }], { messages: "messages" }, 1000, tokenizer),
    isMistake("data", /row 1: .*message 2 otherwise .* turns: "apart"/),
  );
  const apart = await examplesOf(
    [{ messages }],
    { messages: "messages", turns: "apart" },
    1000,
    tokenizer,
  );
  assert.deepEqual([apart.rows, apart.lengths.length], [1, 2]);
  assert.match(apart.notes!.join("\n"), /<\|im_end\|> is learned 2 times/);
});

Deno.test("weights of 0, the last turn, and all tokens", async () => {
  const messages = [
    turn("user", "A"),
    { ...turn("assistant", "B"), weight: 0 },
    turn("user", "C"),
    turn("assistant", "D"),
  ];
  const learned = async (options: Partial<ChatTaskOptions>) => {
    const examples = await examplesOf([{ messages }], { messages: "messages", ...options });
    const ids = (await examples.feedsOf([0])).input_ids.data;
    const counts = examples.countsOf!(0);
    return chatml.decode([...ids].map(Number).filter((_, at) => counts[at]));
  };
  assert.equal(await learned({}), "D");
  assert.equal(await learned({ learn: "last" }), "D");
  assert.match(await learned({ learn: "all" }), /^system\nYou are/);
});

Deno.test("the end tokens are the tokenizer's, the template's and those of other files", () => {
  const { ids, turnId } = endTokens(chatml, chooseTemplate(chatml.chat), [{ eos_token_id: [7] }]);
  assert.equal(chatml.tokenText(turnId!), "<|im_end|>");
  assert.deepEqual(ids, [turnId, chatml.tokenId("</s>"), 7]);
});

Deno.test("a trained model is asked with the template, up to where its answer begins", () => {
  const processor = { input: "text", tokenizer: chatml, maxTokens: 99, padId: 0, usesTypes: false };
  const { writing } = chat({ messages: "m", system: "Be brief." }).withLabels([]);
  const ids = writing!.promptOf([turn("user", "Hello!")] as never, processor as never, "input 1");
  const text = [...ids].map((id) => chatml.tokenText(id)).join("").replaceAll("Ċ", "\n")
    .replaceAll("Ġ", " ");
  assert.equal(
    text,
    "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello!<|im_end|>\n" +
      "<|im_start|>assistant\n",
  );
  assert.ok(writing!.endTokens!(processor as never).includes(chatml.tokenId("<|im_end|>")!));
  assert.throws(
    () => writing!.promptOf("Hello" as never, processor as never, "input 1"),
    isMistake("input", /input 1 is "Hello"/),
  );
});

Deno.test("documents are joined, split, dropped and closed", async () => {
  const processor = { input: "text", tokenizer: chatml, maxTokens: 5, padId: 0, usesTypes: false };
  const table = tableFromRows([{ text: "Hello! Hello! Hello!" }, { text: "A" }, { text: "B" }]);
  const make = async (options: object) => {
    const examples = await textGeneration({ text: "text", ...options }).withLabels([])
      .examples(table, processor as never, { where: "the rows" });
    return {
      ...examples,
      ids: await Promise.all(Array.from(
        examples.lengths,
        async (_, at) => [...(await examples.feedsOf([at])).input_ids.data].map(Number),
      )),
    };
  };
  const whole = (text: string) => [...chatml.encode(text).ids];
  const end = chatml.eosId!;
  const joined = await make({ documents: "joined" });
  const all = ["Hello! Hello! Hello!", "A", "B"].flatMap((text) => [...whole(text), end]);
  assert.deepEqual(joined.ids.flat(), all);
  assert.ok(joined.ids.slice(0, -1).every(({ length }) => length === 5));
  const outputs = joined.ids.map(({ length }) => new Float32Array(2 * length).fill(1));
  const { truth, rows } = joined.predictions(outputs);
  assert.equal(rows, 3);
  assert.equal([...truth].reduce((a, b) => a + b), all.length - joined.ids.length);
  const split = await make({ overflow: "split" });
  assert.deepEqual(split.ids.flat(), all.filter((id) => id !== end));
  const dropped = await make({ overflow: "drop", endToken: true });
  assert.deepEqual(dropped.ids, [[...whole("A"), end], [...whole("B"), end]]);
  const cut = await make({});
  assert.deepEqual([cut.ids[0], cut.truncated], [whole("Hello! Hello! Hello!").slice(0, 5), 1]);
  assert.throws(
    () => textGeneration({ text: "text", documents: "joined", overflow: "cut" }),
    isMistake("input", /nothing is lost/),
  );
});
