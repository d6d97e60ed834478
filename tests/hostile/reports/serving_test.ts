/**
 * What clients of OpenAI-compatible servers send, from public reports; LOG.md has their addresses.
 */
import assert from "node:assert/strict";
import type { ServedBase } from "../../../lib/serve/served_base.ts";
import type { Server } from "../../../lib/serve/server.ts";
import { sentenceEmbeddings } from "../../../lib/tasks/sentence_embeddings.ts";
import { post, withServer } from "../../serve/toy_base.ts";
import { randomBase, scriptedBase } from "../../serve/texts/text_bases.ts";

const chats = "/v1/chat/completions";
const hello = { role: "user", content: "hi" };
const call = (more: object = {}, arguments_ = "{}") => ({
  role: "assistant",
  tool_calls: [{ id: "c1", type: "function", function: { name: "now", arguments: arguments_ } }],
  ...more,
});
const told = { role: "tool", tool_call_id: "c1", content: "noon" };

/** What the model was shown for each of these conversations. */
async function prompts(...conversations: readonly object[][]): Promise<string[]> {
  const shown: string[] = [];
  const base = await scriptedBase((prompt) => {
    shown.push(prompt);
    return "ok";
  });
  await withServer([base], {}, async (server) => {
    for (const messages of conversations) {
      const answer = await post(server, chats, { model: "talk", messages });
      const { choices, error } = answer.body;
      assert.equal(answer.status, 200, error?.message);
      assert.equal(choices[0].message.content, "ok");
    }
  });
  return shown;
}

Deno.test("a call is the same without a content, and without arguments, however clients write that", async () => {
  const shown = await prompts(
    [hello, call({ content: null }), told],
    [hello, call({ content: "" }), told],
    [hello, call({ content: [] }), told],
    [hello, call({}, ""), told],
    [hello, call({}, " \n"), told],
    [hello, call(), { ...told, content: [{ type: "text", text: "noon" }] }],
  );
  assert.match(shown[0], /"name": "now", "arguments": \{\}/);
  assert.deepEqual(new Set(shown).size, 1);
});

const textOf = async (server: Server, fields: object) => {
  const answer = await post(server, chats, { model: "talk", messages: [hello], ...fields });
  const { choices, error } = answer.body;
  assert.equal(answer.status, 200, error?.message);
  return choices[0].message.content;
};

Deno.test("fields that are null or switched off are as good as left out", async () =>
  await withServer([await randomBase()], {}, async (server) => {
    const drawn = { temperature: 1, seed: 3, max_tokens: 12 };
    const plain = await textOf(server, drawn);
    const off = [
      { min_p: 0, top_k: -1, top_p: 1 },
      { top_k: 0 },
      { functions: null, audio: null, reasoning_effort: null, stop: null, logit_bias: null },
      { logprobs: false, top_logprobs: 0 },
    ];
    for (const fields of off) assert.equal(await textOf(server, { ...drawn, ...fields }), plain);
    const greedy = await textOf(server, { max_tokens: 12 });
    assert.equal(await textOf(server, { max_tokens: 12, min_p: 0, top_k: -1 }), greedy);
    // What would change the text, or asks for something, is still refused by its name.
    const asked = await post(server, chats, { model: "talk", messages: [hello], functions: [] });
    assert.match(asked.body.error.message, /^functions: is not known/);
    const text = { model: "texts", prompt: "ab", max_tokens: 2 };
    assert.equal(
      (await post(server, "/v1/completions", { ...text, best_of: 1, suffix: null })).status,
      200,
    );
    const best = await post(server, "/v1/completions", { ...text, best_of: 4 });
    assert.match(best.body.error.message, /best_of: must be 1/);
  }));

Deno.test("a conversation that is too long has the code that clients look for", async () =>
  await withServer([await randomBase()], {}, async (server) => {
    const content = "very ".repeat(5000);
    const asked = [
      [chats, { messages: [{ role: "user", content }] }],
      ["/v1/completions", { prompt: content }],
      ["/v1/responses", { input: content }],
    ] as const;
    for (const [path, body] of asked) {
      const model = path === "/v1/completions" ? "texts" : "talk";
      const { status, body: { error } } = await post(server, path, { model, ...body });
      assert.deepEqual([path, status, error.code, error.type], [
        ...[path, 400, "context_length_exceeded", "invalid_request_error"],
      ]);
      assert.match(error.message, /tokens, and the model takes \d+/);
    }
  }));

/** Vectors of a model that reads three tokens, and counts words as tokens. */
function shortSighted(): ServedBase {
  const task = sentenceEmbeddings({ anchor: "one", positive: "other" }).withLabels([]);
  return {
    reference: "toy",
    models: [{ name: "vectors", task, labels: [], created: 1_700_000_000, maxTokens: 3 }],
    predict: (asked) => Promise.resolve(asked.map(() => Float32Array.of(1, 0))),
    textModel: () => Promise.reject(new Error("not asked")),
    tokens: (_, text) =>
      Promise.resolve(text.split(" ").map((each) => ({ id: each.length, text: each }))),
    dispose: () => Promise.resolve(),
  };
}

Deno.test("a text beyond what the model reads is no vector of its beginning unless that is asked for", async () =>
  await withServer([shortSighted()], {}, async (server) => {
    const ask = (body: object) => post(server, "/v1/embeddings", { model: "vectors", ...body });
    const long = await ask({ input: ["a b c", "a b c d e"] });
    assert.deepEqual(
      [long.status, long.body.error.param, long.body.error.code],
      [400, "input[1]", "context_length_exceeded"],
    );
    assert.match(long.body.error.message, /has 5 tokens, and vectors reads 3/);
    const cut = await ask({ input: ["a b c", "a b c d e"], truncate_prompt_tokens: -1 });
    assert.deepEqual(cut.body.usage, { prompt_tokens: 6, total_tokens: 6 });
    const whole = await ask({ input: "a b c", dimensions: null, user: null });
    assert.deepEqual(whole.body.usage, { prompt_tokens: 3, total_tokens: 3 });
    for (const input of [[57668, 53901], [[57668, 53901]]]) {
      const ids = await ask({ input });
      assert.equal(ids.status, 400);
      assert.match(ids.body.error.message, /input\[0\]: must be a text, not token ids/);
    }
  }));
