import assert from "node:assert/strict";
import { join } from "node:path";
import { chat } from "../../../lib/tasks/chat.ts";
import type { ChatTaskOptions } from "../../../lib/tasks/chat/options.ts";
import { tableFromRows } from "../../../lib/table/table.ts";
import { loadTokenizer } from "../../../lib/text/tokenizer.ts";

const golden = JSON.parse(
  await Deno.readTextFile(new URL("../../golden/chat_masks.json", import.meta.url)),
);

/** What the task makes of one row. */
async function learned(
  row: Record<string, unknown>,
  options: ChatTaskOptions,
  end: string,
  chat_template?: string,
): Promise<{ ids: number[]; learned: number[] }> {
  const folder = await Deno.makeTempDir();
  try {
    const tokenizerPath = join(folder, "tokenizer.json");
    const tokenizerConfig = join(folder, "tokenizer_config.json");
    await Deno.writeTextFile(tokenizerPath, JSON.stringify(golden.tokenizer));
    const settings = { bos_token: "<s>", eos_token: end, pad_token: "</s>", chat_template };
    await Deno.writeTextFile(tokenizerConfig, JSON.stringify(settings));
    const tokenizer = await loadTokenizer({ tokenizer: tokenizerPath, tokenizerConfig });
    const processor = { input: "text", tokenizer, maxTokens: 4096, padId: 1, usesTypes: false };
    const task = chat(options);
    const examples = await task.withLabels([]).examples(
      tableFromRows([row]),
      processor as never,
      { where: "the rows" },
    );
    return {
      ids: [...(await examples.feedsOf([0])).input_ids.data].map(Number),
      learned: [...examples.countsOf!(0) as Uint8Array],
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [index, given] of golden.cases.entries()) {
  const { family, learn, end, messages, prompt, completion, ids, learned: expected } = given;
  Deno.test(`${family}, case ${index + 1}: ids and learned tokens (${learn}) as TRL has them`, async () => {
    const columns = learn === "assistant"
      ? { messages: "messages" }
      : { prompt: "prompt", completion: "completion" };
    const row = messages && learn === "assistant"
      ? { messages }
      : messages
      ? { prompt: messages.slice(0, -1), completion: messages.slice(-1) }
      : { prompt, completion };
    const templates = golden.templates[family];
    if (family === "plain") {
      const found = await learned(row, { ...columns, template: "plain" } as ChatTaskOptions, end);
      assert.deepEqual(found, { ids, learned: expected });
      return;
    }
    const marked = learn === "assistant" ? templates.marked : templates.plain;
    const found = await learned(row, columns, end, marked);
    assert.deepEqual(found.ids, ids);
    if (learn === "completion") {
      sameText(found.learned, expected, given);
      return;
    }
    assert.deepEqual(found.learned, expected);
    // Without markers, found by rendering the turns before.
    const plain = await learned(row, columns, end, templates.plain);
    assert.deepEqual(plain.ids, ids);
    sameText(plain.learned, expected, given);
  });
}

/**
 * The same tokens are learned but for line breaks at the border of a turn: TRL's markers take in those
 * that the generation prompt gives already and those behind the end token, and its prompts lose those
 * that are other tokens before an answer than at the end of a text. Phi-3 closes a conversation with a
 * second end token, which is no part of a turn here.
 */
function sameText(
  found: readonly number[],
  expected: readonly number[],
  { ids, family }: { readonly ids: readonly number[]; readonly family: string },
): void {
  const breaks = [golden.tokenizer.model.vocab["Ċ"], golden.tokenizer.model.vocab["ĊĊ"]];
  const differ = ids.flatMap((id, at) =>
    found[at] === expected[at] || breaks.includes(id) ||
      (family === "phi3" && at === ids.length - 1)
      ? []
      : [at]
  );
  assert.deepEqual(differ, []);
  assert.ok(found.some((count) => count === 1));
}
