/**
 * Answers requests with the model of this folder, by WebAssembly alone: `deno serve handler.js`, or `main.js` where
 * a platform starts a file that listens. `GET /` says how it is asked, `POST /ask` asks.
 *
 * @module
 */
import settings from "./settings.json" with { type: "json" };
import { openModel } from "./answers.js";
import { transformers } from "./model.js";

/** The most bytes of a request, and the most texts in one. */
const mostBytes = 1_000_000;
const mostTexts = 64;
const mostNewTokens = 4096;

const text = ["a text", (value) => typeof value === "string" && value !== ""];
const optional = ([wants, fits]) => [wants, (value) => value === undefined || fits(value)];
const isBetween = (low, high) => (value) => Number.isFinite(value) && value >= low && value <= high;
const writing = {
  maxNewTokens: optional([`a number from 1 to ${mostNewTokens}`, isBetween(1, mostNewTokens)]),
  temperature: optional(["a number from 0 to 2", isBetween(0, 2)]),
};
const texts = [
  `a list of 1 to ${mostTexts} texts`,
  (value) =>
    Array.isArray(value) && value.length > 0 && value.length <= mostTexts && value.every(text[1]),
];
const messages = [
  "a list of { role, content } with texts",
  (value) =>
    Array.isArray(value) && value.length > 0 &&
    value.every((each) => text[1](each?.role) && typeof each?.content === "string"),
];
const oneText = settings.pair ? { text, pair: text } : { text };

/** What an input has, by the kind of what is asked. */
const fields = {
  labels: oneText,
  number: oneText,
  tags: { text },
  answer: { question: text, context: text },
  vectors: { texts },
  text: { text, ...writing },
  chat: { messages, ...writing },
  target: { text, ...writing },
}[settings.kind];

const model = await openModel(transformers, settings, { device: "wasm" });

export default { fetch: handle };

async function handle(request) {
  const { pathname } = new URL(request.url);
  if (pathname === "/health") return new Response("ok");
  if (pathname === "/") return Response.json(about());
  if (pathname !== "/ask") return refused(404, "ask POST /ask; GET / says how");
  if (request.method !== "POST") {
    return refused(405, "ask with POST", { allow: "POST" });
  }
  let input;
  try {
    input = await bodyOf(request);
  } catch (error) {
    return refused(error instanceof RangeError ? 413 : 400, error.message);
  }
  const wrong = mistakesIn(input);
  if (wrong.length > 0) return refused(400, wrong.join("; "));
  try {
    return Response.json({ answer: await model.ask(input) });
  } catch (error) {
    console.error(error);
    return refused(500, "the model cannot answer this");
  }
}

function about() {
  const { title, kind, labels } = settings;
  const input = Object.fromEntries(Object.entries(fields).map(([name, [wants]]) => [name, wants]));
  return { title, kind, labels, ask: "POST /ask", input };
}

/** The body as JSON, read no further than is allowed. */
async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new RangeError(`a request has at most ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(await new Blob(chunks).text());
  } catch {
    throw new Error("the body is no JSON");
  }
}

/** Everything that is wrong with an input. */
function mistakesIn(input) {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return [`the body must be an object with ${Object.keys(fields).join(", ")}`];
  }
  return [
    ...Object.keys(input).filter((name) => !Object.hasOwn(fields, name))
      .map((name) => `there is no field ${JSON.stringify(name.slice(0, 40))}`),
    ...Object.entries(fields).filter(([name, [, fits]]) => !fits(input[name]))
      .map(([name, [wants]]) => `${name} must be ${wants}`),
  ];
}

function refused(status, message, headers = {}) {
  return Response.json({ error: { message } }, { status, headers });
}
