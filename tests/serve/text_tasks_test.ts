/**
 * Endpoints of the tasks on texts answer what `predict` of the served model does.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import OpenAI from "openai";
import {
  lora,
  model,
  type QuestionAnswer,
  sentenceEmbeddings,
  tableFromColumns,
  type TaggedText,
  textClassification,
} from "tunebook";
import { openedTasks } from "../pipeline/open/tasks.ts";
import { tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import { get, post } from "./toy_base.ts";

const quiet = { quiet: true };
const usual = { port: 0, quiet: true, name: "tiny" };
const training = { epochs: 1, batchSize: 4, learningRate: 1e-2, maxTokens: 20 };

/** Trains a tiny model for a task, serves it, and gives its own answers beside. */
async function trainedOn(folder: string, name: keyof typeof openedTasks) {
  const { task, rows, inputs } = openedTasks[name];
  const result = await model(await tinyModel(join(folder, "base"))).data(rows, task, { test: rows })
    .adapt(lora()).train(training).run(quiet);
  return { result, expected: await result.predict(inputs), server: await result.serve(usual) };
}

Deno.test("/classify labels pairs, and refuses single texts for a model of pairs", () =>
  inFolder(async (folder) => {
    const { result, expected, server } = await trainedOn(folder, "text-classification");
    const { inputs } = openedTasks["text-classification"];
    const pairs = (inputs as string[][]).map(([text, pair]) => ({ text, pair }));
    const { body } = await post(server, "/classify", { input: pairs });
    assert.deepEqual(
      body.data.map(({ label }: { label: string[] }) => label),
      expected.map(({ label }) => label),
    );
    const single = await post(server, "/classify", { input: [pairs[0], "alone"] });
    assert.deepEqual([single.status, single.body.error.param], [400, "input[1]"]);
    const image = await post(server, "/classify", { input: { image: "aaaa" } });
    assert.match(image.body.error.message, /must be two texts, \{ text, pair \}/);
    await result.dispose();
  }));

Deno.test("/tokens gives spans and tags of texts and of lists of words", () =>
  inFolder(async (folder) => {
    const { result, expected, server } = await trainedOn(folder, "token-classification");
    const { inputs } = openedTasks["token-classification"];
    const input = inputs.map((each) => typeof each === "string" ? each : { words: each });
    const { body } = await post(server, "/tokens", { input });
    const found = body.data.map(({ text, spans, words }: TaggedText) => ({ text, spans, words }));
    assertNear(found, expected, "tags");
    const wrong = await post(server, "/classify", { input: "x" });
    assert.match(wrong.body.error.message, /trained for token-classification.*ask \/tokens/);
    const tokens = await post(server, "/tokenize", { input: ["lovely zoe", ""] });
    assert.deepEqual(
      tokens.body.data[0].tokens.map(({ text }: { text: string }) => text),
      ["[CLS]", "lovely", "z", "##o", "##e", "[SEP]"],
    );
    assert.deepEqual(tokens.body.data[1], {
      index: 1,
      count: 2,
      tokens: [{ id: 2, text: "[CLS]" }, { id: 3, text: "[SEP]" }],
      max_tokens: 20,
    });
    await result.dispose();
  }));

Deno.test("/answer answers questions", () =>
  inFolder(async (folder) => {
    const { result, expected, server } = await trainedOn(folder, "question-answering");
    const { inputs } = openedTasks["question-answering"];
    const { body } = await post(server, "/answer", { input: inputs });
    assertNear(
      body.data.map(({ text, start, end, score }: QuestionAnswer) => ({ text, start, end, score })),
      (expected as QuestionAnswer[]).map(({ text, start, end, score }) => ({
        text,
        start,
        end,
        score,
      })),
      "answers",
    );
    const one = await post(server, "/answer", { input: inputs[0] });
    assert.deepEqual(one.body.data[0], body.data[0]);
    const wrong = await post(server, "/answer", { input: [{ question: "what", contxt: "x" }] });
    assert.equal(wrong.status, 400);
    assert.match(wrong.body.error.message, /input\[0\].context/);
    await result.dispose();
  }));

Deno.test("OpenAI's client lists models and gets vectors, whole and cut", () =>
  inFolder(async (folder) => {
    const rows = tableFromColumns({
      first: ["lovely film", "good price", "the film was good", "zoe was lovely"],
      second: ["film lovely", "price good", "good film", "lovely zoe"],
    });
    const result = await model(await tinyModel(join(folder, "base")))
      .data(rows, sentenceEmbeddings({ anchor: "first", positive: "second" }), { test: rows })
      .adapt(lora()).train(training).run(quiet);
    const server = await result.serve({ ...usual, apiKeys: ["secret-key"] });
    const openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "secret-key", maxRetries: 0 });
    const listed = await openai.models.list();
    assert.deepEqual(listed.data.map(({ id, object }) => [id, object]), [["tiny", "model"]]);
    assert.equal((await openai.models.retrieve("tiny")).owned_by, "tunebook");
    const texts = ["lovely zoe", "the price was good"];
    const expected = await result.predict(texts) as Float32Array[];
    // The client asks for base64 unless told.
    for (const encoding_format of [undefined, "float", "base64"] as const) {
      const { data, usage } = await openai.embeddings.create({
        model: "tiny",
        input: texts,
        ...(encoding_format ? { encoding_format } : {}),
      });
      assert.deepEqual(usage, { prompt_tokens: 12, total_tokens: 12 });
      const vectors = data.map(({ embedding }) => {
        const vector: unknown = embedding;
        return typeof vector === "string"
          ? Array.from(new Float32Array(Uint8Array.fromBase64(vector).buffer))
          : embedding;
      });
      assertNear(vectors, expected.map((each) => [...each]), `${encoding_format}`);
    }
    const { data: [{ embedding: cut }] } = await openai.embeddings.create({
      model: "tiny",
      input: texts[0],
      dimensions: 3,
    });
    const [a, b, c] = expected[0];
    assertNear(cut, [a, b, c].map((each) => each / Math.hypot(a, b, c)), "cut");
    await assert.rejects(
      openai.embeddings.create({ model: "tiny", input: "x", dimensions: 5000 }),
      (error: InstanceType<typeof OpenAI.APIError>) => {
        assert.deepEqual([error.status, error.param], [400, "dimensions"]);
        return true;
      },
    );
    await assert.rejects(
      openai.embeddings.create({ model: "other", input: "x" }),
      (error: InstanceType<typeof OpenAI.APIError>) => {
        assert.deepEqual([error.status, error.code], [404, "model_not_found"]);
        return true;
      },
    );
    const other = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "no", maxRetries: 0 });
    await assert.rejects(other.models.list(), OpenAI.AuthenticationError);

    const headers = { authorization: "Bearer secret-key" };
    const ranked = await post(server, "/rerank", {
      query: "lovely zoe",
      documents: ["good price", "lovely zoe", "the film"],
      top_n: 2,
      return_documents: true,
    }, { headers });
    assert.equal(ranked.body.results.length, 2);
    const [best, next] = ranked.body.results;
    assert.deepEqual([best.index, best.document], [1, { text: "lovely zoe" }]);
    assert.ok(Math.abs(best.relevance_score - 1) < 1e-5 && next.relevance_score < 1);
    const metrics = await fetch(`${server.url}/metrics`, { headers });
    assert.match(
      await metrics.text(),
      /tunebook_tokens_total\{model="tiny",direction="read"\} 4\d/,
    );
    assert.equal((await get(server, "/health")).body.status, "ok");
    await result.dispose();
  }));

Deno.test("/rerank orders documents by the number that a model gives to pairs", () =>
  inFolder(async (folder) => {
    const rows = tableFromColumns({
      query: ["film", "price", "film", "price"],
      document: ["the film", "the price", "the price", "the film"],
      fits: [1, 1, 0, 0],
    });
    const task = textClassification({
      text: "query",
      pair: "document",
      label: "fits",
      kind: "regression",
    });
    const result = await model(await tinyModel(join(folder, "base"))).data(rows, task, {
      test: rows,
    })
      .adapt(lora()).train(training).run(quiet);
    const server = await result.serve(usual);
    const documents = ["the film", "good price", "zoe"];
    const pairs = documents.map((each) => ["film", each] as const);
    const expected = (await result.predict(pairs)).map(({ label }) => Number(label));
    const { body } = await post(server, "/rerank", { query: "film", documents });
    const order = body.results.map(({ index }: { index: number }) => index);
    assert.deepEqual(order, [0, 1, 2].sort((one, other) => expected[other] - expected[one]));
    assertNear(
      body.results.map(({ relevance_score }: { relevance_score: number }) => relevance_score),
      order.map((at: number) => expected[at]),
      "scores",
    );
    await result.dispose();
  }));

/** The same up to the rounding of batches of other sizes. */
function assertNear(found: unknown, expected: unknown, path: string): void {
  if (typeof expected === "number") {
    assert.ok(Math.abs(found as number - expected) < 1e-5, `${path}: ${found}, not ${expected}`);
    return;
  }
  if (typeof expected !== "object" || expected === null) return assert.equal(found, expected, path);
  assert.deepEqual(Object.keys(found as object), Object.keys(expected), path);
  for (const [key, value] of Object.entries(expected)) {
    assertNear((found as Record<string, unknown>)[key], value, `${path}.${key}`);
  }
}
