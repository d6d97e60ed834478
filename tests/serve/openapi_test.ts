/**
 * `/openapi.json` says what the server takes and gives: real answers and errors fit its schemas.
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import assert from "node:assert/strict";
import { get, post, toyBase, withServer } from "./toy_base.ts";
import { randomBase } from "./texts/text_bases.ts";

interface Described {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Record<string, unknown> }>>>
  >;
}

/** Checks an answer by the schema that the document has for its endpoint and status. */
function checker(document: Described) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(document, "openapi");
  return (method: string, path: string, status: number, body: unknown) => {
    const where = `${method} ${path} ${status}`;
    assert.ok(document.paths[path]?.[method]?.responses[status], `${where} is not described`);
    const pointer = [
      ...["paths", path, method, "responses", String(status)],
      ...["content", "application/json", "schema"],
    ].map((each) => encodeURIComponent(each.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
    const isValid = ajv.validate({ $ref: `openapi#/${pointer}` }, body);
    assert.ok(isValid, `${where}: ${ajv.errorsText()} in ${JSON.stringify(body)}`);
  };
}

const say = (content: string) => [{ role: "user", content }];

/** Requests with the statuses that they are answered with. */
const requests: readonly (readonly [path: string, status: number, body: unknown])[] = [
  ["/classify", 200, { model: "reviews", input: ["a film", { text: "a long long film" }] }],
  ["/classify", 400, { model: "reviews", input: [] }],
  ["/classify", 404, { model: "none", input: "a" }],
  ["/classify", 500, { model: "reviews", input: "broken" }],
  ["/tokenize", 200, { model: "reviews", input: ["a film", ""] }],
  ["/tokens", 400, { model: "reviews", input: "a" }],
  ["/answer", 400, { model: "reviews", input: { question: "a", context: " " } }],
  ["/v1/embeddings", 400, { model: "reviews", input: "a" }],
  ["/rerank", 400, { model: "reviews", query: "a", documents: ["b"] }],
  ["/v1/chat/completions", 200, { model: "talk", messages: say("a"), max_tokens: 2 }],
  ["/v1/chat/completions", 400, { model: "reviews", messages: say("a") }],
  ["/v1/completions", 200, { model: "texts", prompt: "a", max_tokens: 2 }],
  ["/v1/completions", 400, { model: "texts" }],
  ["/v1/responses", 200, { model: "talk", input: "a", max_output_tokens: 2 }],
  ["/v1/messages", 200, { model: "talk", messages: say("a"), max_tokens: 2 }],
  ["/v1/messages", 400, { model: "talk", messages: say("a") }],
  ["/v1/messages", 404, { model: "none", messages: say("a"), max_tokens: 2 }],
  ["/v1/messages/count_tokens", 200, { model: "talk", messages: say("a") }],
  ["/v1/messages/count_tokens", 400, { model: "reviews", messages: say("a") }],
  ["/labels", 404, { model: "reviews", labels: [{ id: "a", label: "long" }] }],
];

Deno.test("answers and errors are what the OpenAPI document says", async () => {
  await withServer([toyBase("reviews"), await randomBase()], {}, async (server) => {
    const described = (await get(server, "/openapi.json")).body;
    const check = checker(described);
    for (const [path, expected, request] of requests) {
      const { status, body } = await post(server, path, request);
      assert.equal(status, expected, `${path}: ${JSON.stringify(body)}`);
      check("post", path, status, body);
    }
    for (const path of ["/v1/models", "/health", "/ready"]) {
      const { status, body } = await get(server, path);
      check("get", path, status, body);
    }
    const headers = { "content-type": "text/plain" };
    const { status, body } = await post(server, "/labels", {}, { headers });
    assert.equal(status, 415);
    check("post", "/labels", status, body);
  });
});

Deno.test("an error names the field, in words that say what it must be", async () => {
  await withServer([toyBase("reviews"), await randomBase()], {}, async (server) => {
    const refused = async (path: string, request: object, param: string, message: RegExp) => {
      const { status, body } = await post(server, path, request);
      assert.deepEqual([status, body.error.param], [400, param], JSON.stringify(body));
      assert.match(body.error.message, message);
    };
    const model = "reviews";
    await refused("/classify", { model, input: [] }, "input", /list of 1 to 256/);
    await refused("/classify", { model, input: ["a", " "] }, "input[1]", /is empty/);
    await refused("/classify", { model, input: { text: "" } }, "input.text", /is empty/);
    const chat = { model: "talk", messages: say("a") };
    const stop = Array.from({ length: 100 }, (_, at) => `s${at}`);
    await refused("/v1/chat/completions", { ...chat, stop }, "stop", /list of 16 texts at most/);
    const asked = {
      "/v1/chat/completions": { messages: say("a") },
      "/v1/completions": { prompt: "a" },
      "/v1/responses": { input: "a" },
    };
    for (const [path, request] of Object.entries(asked)) {
      await refused(path, { model, ...request }, "model", /ask \/classify/);
    }
    const many = { model: "texts", prompt: Array(200).fill("a"), n: 20, max_tokens: 1 };
    const { status, body } = await post(server, "/v1/completions", many);
    assert.equal(status, 400);
    assert.match(body.error.message, /4000 texts are asked, and this server takes 512 at once/);
  });
});
