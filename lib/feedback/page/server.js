/**
 * Asks the server that the page came from.
 *
 * @module
 */

const tokenName = "tunebook feedback token";
const home = new URL("./", document.baseURI);

/** What the server refused, in its own words; status 0 where it cannot be reached. */
export class ServerError extends Error {
  constructor(status, message, code) {
    super(message);
    this.name = "ServerError";
    this.status = status;
    this.code = code;
  }
}

/** Keeps a text where the browser allows it, else until the page is left. */
export function keeper(storage, name) {
  let own;
  return {
    get() {
      try {
        // Once read it stays, whatever another tab of the page keeps under this name.
        own ??= storage().getItem(name) ?? undefined;
        return own;
      } catch {
        return own; // Frames of other sites may be allowed no storage.
      }
    },
    set(value) {
      own = value;
      try {
        storage().setItem(name, value);
      } catch {
        // It is kept until the page is left.
      }
    },
  };
}

/** The token, which comes behind the `#` of the address and is taken out of it. */
export const token = keeper(() => sessionStorage, tokenName);

const given = /[#&]token=([\w-]+)/.exec(location.hash)?.[1];
if (given) {
  token.set(given);
  history.replaceState(null, "", location.pathname + location.search);
}

/** Gets JSON. */
export function getJson(path) {
  return asked(path, {});
}

/** Posts JSON and gives the answer. */
export function post(path, body) {
  return asked(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function asked(path, { headers, ...init }) {
  const own = token.get();
  let answer;
  try {
    answer = await fetch(new URL(path, home), {
      ...init,
      headers: { ...headers, ...(own ? { authorization: `Bearer ${own}` } : {}) },
    });
  } catch (error) {
    throw new ServerError(0, error.message);
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  const { message = `${answer.status} ${answer.statusText}`, code } = body.error ?? {};
  throw new ServerError(answer.status, message, code);
}

/** An id for what is sent: 32 hexadecimal digits; `randomUUID` is there on secure origins alone. */
export function freshId() {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
