/**
 * `/v1/completions`, `/v1/responses` and `/v1/messages` with the clients of their makers.
 */
import Anthropic from "@anthropic-ai/sdk";
import assert from "node:assert/strict";
import OpenAI from "openai";
import type { ServeOptions } from "../../../lib/serve/serve_options.ts";
import type { ServedBase } from "../../../lib/serve/served_base.ts";
import type { Server } from "../../../lib/serve/server.ts";
import { post, withServer } from "../toy_base.ts";
import { randomBase, scriptedBase } from "./text_bases.ts";

interface Clients {
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  readonly server: Server;
}

async function asking(
  base: ServedBase,
  work: (clients: Clients) => Promise<void>,
  options: ServeOptions = {},
): Promise<void> {
  await withServer([base], options, async (server) => {
    const common = { apiKey: options.apiKeys?.[0] ?? "none", maxRetries: 0 };
    await work({
      openai: new OpenAI({ baseURL: `${server.url}/v1`, ...common }),
      anthropic: new Anthropic({ baseURL: server.url, ...common }),
      server,
    });
  });
}

const say = (content: string) => [{ role: "user" as const, content }];
const parameters = {
  type: "object" as const,
  properties: { city: { enum: ["Bern", "Rome"] } },
  required: ["city"],
  additionalProperties: false,
};
const call = 'Wait. <tool_call>{"name": "weather", "arguments": {"city": "Bern"}}</tool_call>';
const script = (prompt: string) =>
  prompt.includes("[tool]rain(weather)")
    ? "It rains."
    : prompt.includes("[tools]weather ")
    ? call
    : "one two STOP three";

Deno.test("texts are gone on with as the model does alone, by text and by token ids", async () => {
  const base = await randomBase();
  await asking(base, async ({ openai, server }) => {
    const textModel = await base.textModel(base.models[1]);
    const prompts = ["the first", "another one"];
    const alone = await textModel.generate(prompts, { maxNewTokens: 9, logprobs: 2 });
    const ask = { model: "texts", prompt: prompts, max_tokens: 9 };
    const found = await openai.completions.create({ ...ask, logprobs: 2 });
    assert.deepEqual(found.choices.map(({ text }) => text), alone.map(({ text }) => text));
    const [{ logprobs, finish_reason }] = found.choices;
    assert.equal(finish_reason, "length");
    assert.equal(logprobs!.tokens!.length, 9);
    logprobs!.token_logprobs!.forEach((logprob, at) =>
      assert.ok(Math.abs(logprob - alone[0].logprobs![at].logprob) < 1e-4)
    );
    assert.ok(logprobs!.text_offset!.every((offset, at, all) => at === 0 || offset >= all[at - 1]));
    const ids = prompts.map((prompt) => [...textModel.promptOf(prompt)]);
    const byIds = await openai.completions.create({ ...ask, prompt: ids, echo: true });
    assert.deepEqual(
      byIds.choices.map(({ text }) => text),
      alone.map(({ text }, i) => prompts[i] + text),
    );
    const read = ids.flat().length;
    const written = alone.flatMap(({ tokens }) => tokens).length;
    assert.deepEqual(byIds.usage, {
      prompt_tokens: read,
      completion_tokens: written,
      total_tokens: read + written,
    });
    const stream = await openai.completions.create({
      ...ask,
      echo: true,
      stream: true,
      stream_options: { include_usage: true },
    });
    const texts = ["", ""];
    const chunks = await Array.fromAsync(stream);
    for (const { choices } of chunks) for (const { index, text } of choices) texts[index] += text;
    assert.deepEqual(texts, byIds.choices.map(({ text }) => text));
    assert.deepEqual(chunks.at(-1)!.usage, byIds.usage);
    // A model of conversations goes on with a text as it stands.
    const talk = await openai.completions.create({ ...ask, model: "talk" });
    assert.deepEqual(talk.choices.map(({ text }) => text), alone.map(({ text }) => text));
    const refused = async (fields: object, param: string, words: RegExp) => {
      const { status, body } = await post(server, "/v1/completions", { ...ask, ...fields });
      assert.deepEqual([status, body.error.param], [400, param]);
      assert.match(body.error.message, words);
    };
    await refused({ prompt: [[1, 2], [99_999]] }, "prompt[1]", /ids end at/);
    await refused({ suffix: "x" }, "suffix", /not supported/);
    await refused({ echo: true, logprobs: 1 }, "echo", /no logprobs of a prompt/);
  });
});

Deno.test("responses: a text, calls and what they gave, whole and in pieces", async () =>
  await asking(await scriptedBase(script), async ({ openai, server }) => {
    const model = "talk";
    const plain = await openai.responses.create({ model, input: "Hi", instructions: "Be kind." });
    assert.deepEqual([plain.status, plain.output_text], ["completed", "one two STOP three"]);
    const { usage } = plain;
    assert.equal(usage!.total_tokens, usage!.input_tokens + usage!.output_tokens);
    const cut = await openai.responses.create({
      model,
      input: "Hi",
      max_output_tokens: 3,
      include: ["message.output_text.logprobs"],
    });
    assert.deepEqual([cut.status, cut.incomplete_details], ["incomplete", {
      reason: "max_output_tokens",
    }]);
    const [said] = cut.output;
    assert.ok(said.type === "message" && said.content[0].type === "output_text");
    assert.equal(said.content[0].logprobs!.length, 3);

    const tools = [{ type: "function" as const, name: "weather", parameters, strict: true }];
    const asked = await openai.responses.create({ model, input: "How is it?", tools });
    assert.equal(asked.output_text, "Wait. ");
    const found = asked.output[1];
    assert.ok(found.type === "function_call");
    assert.deepEqual([found.name, found.arguments], ["weather", '{"city":"Bern"}']);
    const answer = await openai.responses.create({
      model,
      tools,
      input: [
        ...say("How is it?"),
        ...asked.output.filter((item) => item.type === "message" || item.type === "function_call"),
        { type: "function_call_output", call_id: found.call_id, output: "rain" },
      ],
    });
    assert.equal(answer.output_text, "It rains.");

    const stream = openai.responses.stream({ model, input: "How is it?", tools });
    const types: string[] = [];
    for await (const event of stream) {
      assert.equal(event.sequence_number, types.length);
      types.push(event.type);
    }
    const final = await stream.finalResponse();
    assert.deepEqual(final.output.map(({ type }) => type), ["message", "function_call"]);
    assert.equal(final.output_text, "Wait. ");
    assert.deepEqual([types[0], types.at(-1)], ["response.created", "response.completed"]);
    assert.ok(types.includes("response.function_call_arguments.done"));
    const stored = { model, input: "x", previous_response_id: "resp_1" };
    const { status, body } = await post(server, "/v1/responses", stored);
    assert.deepEqual([status, body.error.param], [400, "previous_response_id"]);
  }));

Deno.test("responses are bound to a schema", async () =>
  await asking(await randomBase(), async ({ openai }) => {
    const { output_text } = await openai.responses.create({
      model: "talk",
      input: "Where?",
      temperature: 1,
      text: { format: { type: "json_schema", name: "place", schema: parameters, strict: true } },
    });
    assert.ok(["Bern", "Rome"].includes(JSON.parse(output_text).city));
  }));

Deno.test("messages: a text, calls and what they gave, with a key, whole and in pieces", async () => {
  const common = { model: "talk", max_tokens: 200 };
  const tools = [{ name: "weather", description: "Tells it.", input_schema: parameters }];
  await asking(await scriptedBase(script), async ({ anthropic, server }) => {
    const plain = await anthropic.messages.create({
      ...common,
      system: [{ type: "text", text: "Be kind.", cache_control: { type: "ephemeral" } }],
      messages: say("Hi"),
      stop_sequences: ["STOP"],
    });
    assert.deepEqual(
      [plain.stop_reason, plain.stop_sequence, plain.role],
      ["stop_sequence", "STOP", "assistant"],
    );
    assert.deepEqual(plain.content, [{ type: "text", text: "one two ", citations: null }]);
    const cut = await anthropic.messages.create({ ...common, max_tokens: 3, messages: say("Hi") });
    assert.deepEqual([cut.stop_reason, cut.usage.output_tokens], ["max_tokens", 3]);

    const asked = await anthropic.messages.create({ ...common, tools, messages: say("How?") });
    assert.equal(asked.stop_reason, "tool_use");
    const [said, use] = asked.content;
    assert.ok(said.type === "text" && use.type === "tool_use");
    assert.deepEqual([said.text, use.name, use.input], ["Wait. ", "weather", { city: "Bern" }]);
    const messages = [
      ...say("How?"),
      { role: "assistant" as const, content: asked.content },
      {
        role: "user" as const,
        content: [{ type: "tool_result" as const, tool_use_id: use.id, content: "rain" }],
      },
    ];
    const answer = await anthropic.messages.create({ ...common, tools, messages });
    assert.deepEqual(answer.content, [{ type: "text", text: "It rains.", citations: null }]);
    const { input_tokens } = await anthropic.messages.countTokens({
      model: "talk",
      tools,
      messages,
    });
    assert.equal(input_tokens, answer.usage.input_tokens);

    const stream = anthropic.messages.stream({ ...common, tools, messages: say("How?") });
    const deltas: string[] = [];
    stream.on("text", (delta) => deltas.push(delta));
    const final = await stream.finalMessage();
    assert.equal(deltas.join(""), "Wait. ");
    assert.ok(deltas.length > 2);
    assert.deepEqual(
      final.content.map((each) => each.type === "tool_use" ? each.input : each.type),
      ["text", { city: "Bern" }],
    );
    assert.equal(final.stop_reason, "tool_use");
    assert.equal(final.usage.output_tokens, asked.usage.output_tokens);

    const { status, body } = await post(server, "/v1/messages", {
      ...common,
      messages: [{ role: "user", content: [{ type: "image", source: {} }] }],
    }, { headers: { "x-api-key": "long-enough-a-key" } });
    assert.deepEqual([status, body.type, body.error.type], [400, "error", "invalid_request_error"]);
    assert.match(body.error.message, /messages\[0\]\.content/);
    const other = new Anthropic({ baseURL: server.url, apiKey: "another", maxRetries: 0 });
    await assert.rejects(
      other.messages.create({ ...common, messages: say("x") }),
      Anthropic.AuthenticationError,
    );
  }, { apiKeys: ["long-enough-a-key"] });
  await asking(await randomBase(), async ({ anthropic }) => {
    const forced = await anthropic.messages.create({
      ...common,
      messages: say("How?"),
      tools,
      tool_choice: { type: "any" },
    });
    const [use] = forced.content;
    assert.ok(use.type === "tool_use" && use.name === "weather");
    assert.ok(["Bern", "Rome"].includes((use.input as { city: string }).city));
  });
});
