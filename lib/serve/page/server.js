/**
 * Asks the server that the page came from, with the key where there is one.
 *
 * @module
 */

const keyName = "tunebook key";
/** The folder of the page, which may lie below a path of its own. */
const home = new URL("./", document.baseURI);

/** What the server refused, in its own words. */
export class ServerError extends Error {
  constructor(status, message, { code, requestId } = {}) {
    super(message);
    this.name = "ServerError";
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

/** The key that was given in this tab. */
export const key = {
  get: () => sessionStorage.getItem(keyName) ?? undefined,
  set: (value) => sessionStorage.setItem(keyName, value),
  forget: () => sessionStorage.removeItem(keyName),
};

/** The whole address of an endpoint. */
export function addressOf(path) {
  return new URL(path.replace(/^\//, ""), home).href;
}

/** Gets JSON. */
export async function getJson(path) {
  return await (await answerOf(path, {})).json();
}

/** Posts JSON, the files in it as base64, and gives the answer. */
export async function post(path, body, signal) {
  return await answerOf(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(await withFiles(body)),
    signal,
  });
}

/** What an answer's events tell, as JSON, until `[DONE]`. An event that is an error is thrown. */
export async function* eventsOf(answer) {
  let rest = "";
  for await (const piece of piecesOf(answer.body.pipeThrough(new TextDecoderStream()))) {
    const events = (rest + piece).split(/\r?\n\r?\n/);
    rest = events.pop();
    for (const event of events) {
      const data = event.split(/\r?\n/)
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice("data:".length).trimStart())
        .join("\n");
      if (data === "" || data === "[DONE]") continue;
      const told = JSON.parse(data);
      if (told.error) throw errorOf(answer, told);
      yield told;
    }
  }
}

/** The pieces of a stream, which is given up where nobody reads on. */
async function* piecesOf(stream) {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {}); // It may have broken off by itself.
  }
}

async function answerOf(path, { headers, ...init }) {
  const own = key.get();
  const answer = await fetch(addressOf(path), {
    ...init,
    headers: { ...headers, ...(own === undefined ? {} : { authorization: `Bearer ${own}` }) },
  }).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new ServerError(0, `The server cannot be reached: ${error.message}`);
  });
  if (answer.ok) return answer;
  throw errorOf(answer, await answer.json().catch(() => ({})));
}

/** An error with all that the server says of it. */
function errorOf({ status, statusText, headers }, { error = {} }) {
  const wait = headers.get("retry-after");
  const message = [
    error.message ?? `${status} ${statusText}`,
    ...(error.param ? [`field ${error.param}`] : []),
    ...(wait ? [`come again in ${wait} s`] : []),
  ].join(" · ");
  const requestId = headers.get("x-request-id") ?? undefined;
  return new ServerError(status, message, { code: error.code ?? undefined, requestId });
}

/** The body with the bytes of its files. */
async function withFiles(value) {
  if (value instanceof Blob) return await base64Of(value);
  if (Array.isArray(value)) return await Promise.all(value.map(withFiles));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(async ([name, each]) => [name, await withFiles(each)]);
  return Object.fromEntries(await Promise.all(entries));
}

function base64Of(file) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
  return promise;
}
