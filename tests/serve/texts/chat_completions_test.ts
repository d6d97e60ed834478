/**
 * `/v1/chat/completions` with OpenAI's own client.
 */
import assert from "node:assert/strict";
import OpenAI from "openai";
import type { ServeOptions } from "../../../lib/serve/serve_options.ts";
import type { ServedBase } from "../../../lib/serve/served_base.ts";
import type { AnsweredRequest } from "../../../lib/serve/server_parts.ts";
import type { Server } from "../../../lib/serve/server.ts";
import { delay } from "../delay.ts";
import { post, withServer } from "../toy_base.ts";
import { randomBase, scriptedBase } from "./text_bases.ts";

interface Asking {
  readonly client: OpenAI;
  readonly server: Server;
  readonly base: ServedBase;
  readonly answered: readonly AnsweredRequest[];
}

async function asking(
  base: ServedBase,
  work: (asking: Asking) => Promise<void>,
  options: ServeOptions = {},
): Promise<void> {
  await withServer([base], options, async (server, answered) => {
    const client = new OpenAI({
      baseURL: `${server.url}/v1`,
      apiKey: options.apiKeys?.[0] ?? "none",
      maxRetries: 0,
    });
    await work({ client, server, base, answered });
  });
}

const say = (content: string) => [{ role: "user" as const, content }];
const model = "talk";

Deno.test("an answer is what the model writes alone, whole and in pieces, with its usage", async () =>
  await asking(await randomBase(), async ({ client, base, answered }) => {
    const textModel = await base.textModel(base.models[0]);
    const messages = say("Hello, you!");
    const [alone] = await textModel.generate([messages], { maxNewTokens: 24 });
    const prompt = textModel.promptOf(messages).length;
    const usage = {
      prompt_tokens: prompt,
      completion_tokens: alone.tokens.length,
      total_tokens: prompt + alone.tokens.length,
    };
    const whole = await client.chat.completions.create({ model, messages, max_tokens: 24 });
    assert.equal(whole.object, "chat.completion");
    assert.deepEqual(whole.choices, [{
      index: 0,
      message: { role: "assistant", content: alone.text, refusal: null },
      logprobs: null,
      finish_reason: "length",
    }]);
    assert.deepEqual(whole.usage, usage);
    const stream = await client.chat.completions.create({
      model,
      messages,
      max_completion_tokens: 24,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    assert.equal(chunks[0].choices[0].delta.role, "assistant");
    const pieces = chunks.map(({ choices }) => choices[0]?.delta.content ?? "");
    assert.equal(pieces.join(""), alone.text);
    assert.ok(pieces.filter((piece) => piece !== "").length > 5);
    assert.deepEqual(chunks.at(-1)!.usage, usage);
    assert.equal(chunks.at(-2)!.choices[0].finish_reason, "length");
    assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
    const { read, written } = answered[1].usage!;
    assert.deepEqual([answered.length, read, written], [2, prompt, alone.tokens.length]);
    assert.deepEqual(answered[1].answers, [alone.text]);
  }));

Deno.test("a seed makes the same answers again, n of them, drawn with the settings that are asked", async () =>
  await asking(await randomBase(), async ({ client, base }) => {
    const ask = { model, messages: say("Hi"), max_tokens: 8, seed: 7, n: 3, top_p: 0.9 };
    const [first, second] = await Promise.all(
      [1, 2].map(() => client.chat.completions.create(ask)),
    );
    const texts = (each: typeof first) => each.choices.map(({ message }) => message.content);
    assert.deepEqual(texts(first), texts(second));
    assert.equal(new Set(texts(first)).size, 3);
    const textModel = await base.textModel(base.models[0]);
    const alone = await textModel.generate([say("Hi")], {
      temperature: 1,
      topP: 0.9,
      seed: 7,
      answers: 3,
      maxNewTokens: 8,
    });
    assert.deepEqual(texts(first), alone.map(({ text }) => text));
    // Greedy answers are the same, and there are as many as were asked.
    const greedy = await client.chat.completions.create({ ...ask, temperature: 0 });
    assert.deepEqual([texts(greedy).length, new Set(texts(greedy)).size], [3, 1]);
    const { usage } = greedy;
    assert.equal(usage!.completion_tokens, 24);
  }));

Deno.test("log probabilities are those of the tokens of the text", async () =>
  await asking(await scriptedBase(() => "a bc STOP d"), async ({ client }) => {
    const ask = { model, messages: say("x"), logprobs: true, top_logprobs: 2, stop: ["STOP"] };
    const { choices: [choice] } = await client.chat.completions.create(ask);
    assert.equal(choice.message.content, "a bc ");
    assert.equal(choice.finish_reason, "stop");
    const { content } = choice.logprobs!;
    assert.equal(content!.map(({ token }) => token).join(""), "a bc ");
    assert.equal(
      new TextDecoder().decode(Uint8Array.from(content!.flatMap(({ bytes }) => bytes!))),
      "a bc ",
    );
    for (const { logprob, top_logprobs } of content!) {
      assert.ok(logprob <= 0 && logprob > -0.01);
      assert.equal(top_logprobs.length, 2);
      assert.equal(top_logprobs[0].logprob, logprob);
    }
    const stream = await client.chat.completions.create({ ...ask, stream: true });
    const chunks = await Array.fromAsync(stream);
    const tokens = chunks.flatMap(({ choices: [{ logprobs }] }) => logprobs?.content ?? []);
    assert.deepEqual(tokens, content);
    // Without a stop text the end token is none of the text's.
    const rest = await client.chat.completions.create({
      model,
      messages: say("x"),
      logprobs: true,
    });
    assert.equal(
      rest.choices[0].logprobs!.content!.map(({ token }) => token).join(""),
      "a bc STOP d",
    );
  }));

const tools = ["weather", "time"].map((name) => ({
  type: "function" as const,
  function: {
    name,
    description: `Tells the ${name}.`,
    parameters: {
      type: "object",
      properties: { city: { enum: ["Bern", "Rome"] } },
      required: ["city"],
      additionalProperties: false,
    },
  },
}));
const called = (name: string) =>
  `Wait. <tool_call>{"name": "${name}", "arguments": {"city": "Bern"}}</tool_call>`;

Deno.test("calls of tools are told apart from the text, whole and in pieces", async () => {
  const prompts: string[] = [];
  const base = await scriptedBase((prompt) => {
    prompts.push(prompt);
    if (prompt.includes("[tool]")) return "It rains.";
    return prompt.includes("[tools]weather time ")
      ? called("weather") + called("time")
      : "No tools.";
  });
  await asking(base, async ({ client }) => {
    const messages = say("How is it?");
    const { choices: [{ message, finish_reason }] } = await client.chat.completions.create({
      model,
      messages,
      tools,
    });
    assert.equal(finish_reason, "tool_calls");
    assert.equal(message.content, "Wait. Wait.");
    const calls = message.tool_calls!.map((call) => call.type === "function" && call.function);
    assert.deepEqual(
      calls,
      ["weather", "time"].map((name) => ({ name, arguments: '{"city":"Bern"}' })),
    );
    const [{ id }] = message.tool_calls!;
    // What clients send back: the answer as it came, and what the tool said.
    const next = await client.chat.completions.create({
      model,
      tools,
      messages: [...messages, message, { role: "tool", tool_call_id: id, content: "rain" }],
    });
    assert.equal(next.choices[0].message.content, "It rains.");
    assert.match(
      prompts.at(-1)!,
      /<tool_call>\{"name": "weather", "arguments": \{"city": "Bern"\}\}/,
    );
    assert.match(prompts.at(-1)!, /\[tool\]rain\(weather\)/);
    const runner = client.chat.completions.stream({
      model,
      messages,
      tools,
      parallel_tool_calls: false,
    });
    const final = await runner.finalChatCompletion();
    assert.equal(final.choices[0].finish_reason, "tool_calls");
    assert.deepEqual(
      final.choices[0].message.tool_calls!.map((call) =>
        call.type === "function" && call.function.name
      ),
      ["weather"],
    );
    const none = await client.chat.completions.create({
      model,
      messages,
      tools,
      tool_choice: "none",
    });
    assert.equal(none.choices[0].message.content, "No tools.");
  });
});

Deno.test("a call that is asked for follows its schema, whatever the model likes", async () =>
  await asking(await randomBase(), async ({ client }) => {
    const common = {
      model,
      messages: say("How is it?"),
      tools,
      max_tokens: 64,
      temperature: 1,
      seed: 3,
    };
    for (
      const tool_choice of [
        "required",
        { type: "function", function: { name: "time" } },
      ] as const
    ) {
      const { choices: [{ message, finish_reason }] } = await client.chat.completions.create({
        ...common,
        tool_choice,
      });
      assert.equal(finish_reason, "tool_calls", message.content ?? "");
      const [call] = message.tool_calls!;
      assert.ok(call.type === "function");
      assert.ok(["Bern", "Rome"].includes(JSON.parse(call.function.arguments).city));
      if (typeof tool_choice === "object") assert.equal(call.function.name, "time");
    }
  }));

Deno.test("an answer is bound to JSON, or to a schema", async () =>
  await asking(await randomBase(), async ({ client }) => {
    const schema = {
      type: "object",
      properties: { mood: { enum: ["good", "bad"] }, sure: { type: "boolean" } },
      required: ["mood", "sure"],
      additionalProperties: false,
    };
    const { choices: [{ message, finish_reason }] } = await client.chat.completions.create({
      model,
      messages: say("How was the film?"),
      temperature: 1,
      seed: 1,
      max_tokens: 64,
      response_format: { type: "json_schema", json_schema: { name: "mood", schema, strict: true } },
    });
    assert.equal(finish_reason, "stop");
    const { mood, sure } = JSON.parse(message.content!);
    assert.ok(["good", "bad"].includes(mood) && typeof sure === "boolean");
  }));

Deno.test("texts of many clients share their steps", async () => {
  const base = await scriptedBase((prompt) => `I heard ${prompt.slice(6, 9)} just now.`);
  await asking(base, async ({ client }) => {
    const numbers = Array.from({ length: 12 }, (_, i) => String(100 + i));
    const found = await Promise.all(
      numbers.map((number) => client.chat.completions.create({ model, messages: say(number) })),
    );
    assert.deepEqual(
      found.map(({ choices }) => choices[0].message.content),
      numbers.map((number) => `I heard ${number} just now.`),
    );
    assert.ok(Math.max(...base.reads) > 6);
  });
});

Deno.test("who hangs up leaves the batch, in a stream and without", async () => {
  const base = await scriptedBase(() => "word ".repeat(80));
  base.delay = 5;
  await asking(base, async ({ client, server }) => {
    const running = async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      return Number(/tunebook_running_requests (\d+)/.exec(text)![1]) - 1;
    };
    const ask = { model, messages: say("x") };
    const stream = await client.chat.completions.create({ ...ask, stream: true });
    for await (const _ of stream) break;
    const stop = new AbortController();
    const gone = client.chat.completions.create(ask, { signal: stop.signal });
    await delay(50);
    assert.equal(base.reads.at(-1), 1);
    stop.abort();
    await assert.rejects(gone);
    while (await running() > 0) await delay(5);
    const { length } = base.reads;
    await delay(50);
    assert.ok(base.reads.length <= length + 1, "nothing is read any more");
    assert.ok(length < 80);
  });
});

Deno.test("too many texts, texts that take too long and texts that break are told so", async () => {
  const base = await scriptedBase(() => "word ".repeat(20));
  base.delay = 20;
  const ask = { model, messages: say("x") };
  const options = { batchSize: 1, maxQueue: 2, maxInputs: 2, answerSeconds: 1 };
  await asking(base, async ({ client, server }) => {
    const asked = Array.from({ length: 4 }, () => post(server, "/v1/chat/completions", ask));
    const found = await Promise.all(asked);
    const statuses = found.map(({ status }) => status);
    // One is written for two seconds, as long as which none may take, two wait, and the last finds no room.
    assert.deepEqual(statuses.toSorted(), [429, 504, 504, 504]);
    const full = found[statuses.indexOf(429)];
    assert.equal(full.body.error.code, "queue_full");
    assert.equal(full.headers.get("retry-after"), "2");
    assert.match(found[statuses.indexOf(504)].body.error.message, /longer than 1 seconds/);
    base.delay = 0;
    base.breaksAt = base.reads.length + 4;
    const stream = await client.chat.completions.create({ ...ask, stream: true });
    let said = "";
    await assert.rejects(async () => {
      for await (const { choices: [{ delta }] } of stream) said += delta.content ?? "";
    }, (error: Error) => /could not answer/.test(error.message) && !/secret/.test(error.message));
    assert.ok(said.length > 0);
    // The server goes on.
    const next = await client.chat.completions.create(ask);
    assert.equal(next.choices[0].finish_reason, "stop");
  }, options);
});

Deno.test("what is not supported, contradicts itself or is too much is refused by its field", async () =>
  await asking(
    await randomBase(),
    async ({ server }) => {
      const refused = async (
        fields: object,
        param: string,
        words: RegExp,
        path = "chat/completions",
      ) => {
        const ask = { model, messages: say("x"), ...fields };
        const { status, body } = await post(server, `/v1/${path}`, ask);
        assert.equal(status, 400, JSON.stringify(body));
        assert.match(body.error.message, words);
        assert.equal(body.error.param, param);
      };
      await refused({ audio: {} }, "audio", /audio/);
      await refused({ functions: [] }, "functions", /functions/);
      await refused({ max_tokens: 33 }, "max_tokens", /32 tokens at most/);
      await refused({ temperature: 3 }, "temperature", /temperature/);
      await refused({ store: true }, "store", /nothing is stored/);
      await refused({ top_logprobs: 2 }, "top_logprobs", /needs logprobs/);
      await refused({ tool_choice: "required" }, "tool_choice", /there are no tools/);
      const other = { type: "function", function: { name: "other" } };
      await refused({ tools, tool_choice: other }, "tool_choice", /"other", which is none/);
      await refused(
        { tools, response_format: { type: "json_object" } },
        "response_format",
        /can be no call/,
      );
      const unfit = { type: "object", properties: { a: { $ref: "http://x" } } };
      await refused(
        { response_format: { type: "json_schema", json_schema: { name: "a", schema: unfit } } },
        "response_format",
        /#\/properties\/a: \$ref is "http:\/\/x"/,
      );
      await refused({ logit_bias: { 99999: 1 } }, "logit_bias", /99999; ids end at/);
      const image = [{ type: "image_url", image_url: { url: "data:," } }];
      await refused(
        { messages: [{ role: "user", content: image }] },
        "messages[0].content[0].type",
        /text/,
      );
      await refused({ model: "texts" }, "model", /ask \/v1\/completions/);
      const { status, body } = await post(server, "/v1/chat/completions", {
        model,
        messages: say("long ".repeat(400)),
      });
      assert.equal(status, 400);
      assert.match(body.error.message, /has \d+ tokens, and the model takes 512/);
    },
    { maxNewTokens: 32 },
  ));
