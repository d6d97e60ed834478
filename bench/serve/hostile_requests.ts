/**
 * Requests that mean no good, drawn by chance.
 *
 * @module
 */
import type { Random } from "../../lib/core/random.ts";

/** What a hostile client does, in this order. */
export interface HostileRequest {
  /** The kind of trick. */
  readonly kind: string;
  /** Bytes that are sent, and milliseconds of silence. */
  readonly parts: readonly (Uint8Array | number)[];
  /** The client hangs up after the last part instead of waiting for an answer. */
  readonly hangsUp?: boolean;
}

/** What the server is told to take; requests beyond are hostile. */
export const hostileLimits = {
  maxBodyBytes: 100_000,
  maxInputs: 16,
  maxCharacters: 1000,
  bodySeconds: 0.5,
};

const paths = [
  "/classify",
  "/tokenize",
  "/v1/embeddings",
  "/v1/chat/completions",
  "/v1/completions",
];
/** Beyond `bodySeconds`. */
const slowMilliseconds = 900;
const good = JSON.stringify({ input: "a fine film" });

/** The request of a kind that is drawn next; kinds come equally often. */
export function hostileRequest(random: Random): HostileRequest {
  const [kind, make] = pick(random, kinds);
  return { kind, ...make(random) };
}

type Made = Omit<HostileRequest, "kind">;

const kinds: readonly (readonly [string, (random: Random) => Made])[] = [
  ["types", (random) => json(random, odd(random))],
  // A field that is null counts as left out, as clients send it.
  ["fields", (random) => json(random, { input: "x", [word(random)]: odd(random) ?? true })],
  ["huge numbers", (random) => raw(post(path(random), `{"input": ${hugeNumber(random)}}`))],
  ["prototype names", prototypeName],
  ["long texts", (random) => json(random, { input: "é".repeat(1001 + random.integer(5000)) })],
  ["many inputs", (random) => json(random, { input: Array(17 + random.integer(500)).fill("x") })],
  ["large bodies", (random) => json(random, { input: "x".repeat(100_001 + random.integer(9e5)) })],
  ["said sizes", saidSize],
  ["depth", depth],
  ["bad JSON", badJson],
  ["bad UTF-8", badUtf8],
  ["wrong content types", contentType],
  ["slow bodies", (random) => ({
    parts: [post(path(random), good, { length: 60 }), 100, bytes(" "), slowMilliseconds],
  })],
  ["header floods", headerFlood],
  ["doubled headers", doubledHeaders],
  ["chunked nonsense", chunkedNonsense],
  ["path tricks", pathTrick],
  ["methods", methodTrick],
  ["first lines", firstLine],
  ["hosts", hostTrick],
  ["early hang-ups", hangUp],
  ["noise", noise],
];

function json(random: Random, body: unknown): Made {
  return raw(post(path(random), JSON.stringify(body)));
}

function raw(all: Uint8Array): Made {
  return { parts: [all] };
}

function post(
  path: string,
  body: string | Uint8Array,
  { length, type = "application/json", more = "" }: {
    readonly length?: number | string;
    readonly type?: string;
    readonly more?: string;
  } = {},
): Uint8Array {
  const content = typeof body === "string" ? bytes(body) : body;
  const size = more.includes("chunked") ? "" : `Content-Length: ${length ?? content.length}\r\n`;
  const head = bytes(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\n${size}${more}\r\n`,
  );
  return joined(head, content);
}

function get(path: string, more = ""): Uint8Array {
  return bytes(`GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`);
}

/** A value that is no body: neither an object nor one with what an endpoint asks for. */
function odd(random: Random): unknown {
  const values = [null, true, -1, 0.5, "", "x", [], {}, [[]], [null], { a: [] }, [{}], {
    input: null,
  }];
  return pick(random, values);
}

function hugeNumber(random: Random): string {
  const digits = "9".repeat(1 + random.integer(400));
  return pick(random, [`1e${digits}`, `-${digits}`, `0.${digits}`, digits, `[1e999, ${digits}]`]);
}

function prototypeName(random: Random): Made {
  const name = pick(random, ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"]);
  return raw(
    pick(random, [
      () => post(path(random), `{"input": "x", "${name}": {"isAdmin": true}}`),
      () => post("/classify", JSON.stringify({ input: "x", model: name })),
      () => post("/classify", `{"input": {"text": "x", "${name}": 1}}`),
      () => get(`/v1/models/${name}`),
      () => get(`/${name}`),
    ])(),
  );
}

function saidSize(random: Random): Made {
  const sizes = [
    "-1",
    "1e3",
    "+13",
    "0x10",
    "13, 12",
    " ",
    "NaN",
    `${2n ** 64n}`,
    `${2n ** 64n - 1n}`,
  ];
  return raw(post(path(random), good, { length: pick(random, [...sizes, `${2 ** 40}`]) }));
}

function depth(random: Random): Made {
  const levels = 65 + random.integer(20_000);
  const [open, close] = pick(random, [["[", "]"], ['{"a":', "}"]]);
  const inside = open.repeat(levels) + "1" + (random.uniform() < 0.5 ? close.repeat(levels) : "");
  return raw(post(path(random), `{"input": ${inside}}`));
}

function badJson(random: Random): Made {
  const cut = good.slice(0, 1 + random.integer(good.length - 1));
  return raw(
    post(path(random), pick(random, [cut, "", "{'input': 'x'}", `${good}}`, "NaN", "\0"])),
  );
}

function badUtf8(random: Random): Made {
  const wrong = pick(random, [[0xff], [0xc3, 0x28], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [
    0xc0,
    0x80,
  ]]);
  const body = joined(bytes('{"input": "'), Uint8Array.from(wrong), bytes('"}'));
  return raw(post(path(random), body));
}

function contentType(random: Random): Made {
  const types = [
    ...["text/plain", "application/xml", "application/json; charset=utf-16", "application/jsonp"],
    ...["multipart/form-data; boundary=x", "", "*/*", "application/json, text/plain", "json"],
  ];
  const isCompressed = random.uniform() < 0.2;
  return raw(
    isCompressed
      ? post(path(random), good, { more: "Content-Encoding: gzip\r\n" })
      : post(path(random), good, { type: pick(random, types) }),
  );
}

function headerFlood(random: Random): Made {
  const lines = 150 + random.integer(3000);
  const many = Array.from({ length: lines }, (_, at) => `X-${at}: ${word(random)}\r\n`).join("");
  const one = `X-Long: ${"a".repeat(5e5 + random.integer(1e6))}\r\n`;
  return raw(get("/health", random.uniform() < 0.5 ? many : one));
}

function doubledHeaders(random: Random): Made {
  return raw(
    pick(random, [
      () => post(path(random), good, { more: `Content-Length: ${good.length - 1}\r\n` }),
      () => post(path(random), good, { more: "Content-Type: application/json\r\n" }),
      () => get("/health", "Host: other\r\n"),
      () =>
        bytes(
          `POST /classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
            `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        ),
    ])(),
  );
}

function chunkedNonsense(random: Random): Made {
  const sizes = ["zz", "-1", "0x5", "fffffffffffffffff", "", " ", "5;".padEnd(20_000, "a"), "1"];
  const body = `${pick(random, sizes)}\r\n${good}\r\n0\r\n\r\n`;
  return raw(post(path(random), body, { more: "Transfer-Encoding: chunked\r\n" }));
}

function pathTrick(random: Random): Made {
  const tricks = [
    ...["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/docs/..%2f..%2fpackage.json"],
    ...[
      "/docs/swagger-ui.css/../../package.json",
      "/v1/models/..%2F..%2Fetc%2Fpasswd",
      "/v1/models/%00",
    ],
    ...[
      "/%",
      "/v1/models/%E0%A4%A",
      "//evil.example/classify",
      "/\\..\\..\\windows",
      "/.env",
      "/.git/config",
    ],
    ...[
      "/classify/",
      "/classify%00",
      "/classify;x=1",
      `/${"a/".repeat(2000)}`,
      `/${"é".repeat(3)}`,
    ],
  ];
  return raw(get(pick(random, tricks)));
}

function methodTrick(random: Random): Made {
  const methods = ["PUT", "DELETE", "PATCH", "TRACE", "BREW", "post", "PROPFIND", "X".repeat(200)];
  const method = pick(random, methods);
  return raw(bytes(`${method} ${path(random)} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`));
}

function firstLine(random: Random): Made {
  const lines = [
    ...[
      "GET /health HTTP/3.9",
      "GET /health",
      "GET  /health  HTTP/1.1",
      "/health",
      "GET * HTTP/1.1",
    ],
    ...[
      "GET /he\0alth HTTP/1.1",
      `GET /${"a".repeat(70_000)} HTTP/1.1`,
      "\x16\x03\x01\x02\x00\x01",
    ],
  ];
  return raw(bytes(`${pick(random, lines)}\r\nHost: x\r\n\r\n`));
}

function hostTrick(random: Random): Made {
  const hosts = ["a b", "[::", "%%%", "a@b/c?d#e", "x/v1/models?", "x#", "a:b", "a:99999999"];
  return raw(bytes(`GET /health HTTP/1.1\r\nHost: ${pick(random, hosts)}\r\n\r\n`));
}

function hangUp(random: Random): Made {
  const whole = post("/classify", good);
  const pause = random.uniform() < 0.5 ? [random.integer(20)] : [];
  return { parts: [whole.subarray(0, 1 + random.integer(whole.length)), ...pause], hangsUp: true };
}

function noise(random: Random): Made {
  const length = 1 + random.integer(2000);
  // An end of lines, so that nothing more is waited for.
  const drawn = Uint8Array.from({ length }, () => random.integer(256));
  return raw(joined(drawn, bytes("\r\n\r\n")));
}

function path(random: Random): string {
  return pick(random, paths);
}

function word(random: Random): string {
  const letters = Array.from({ length: 1 + random.integer(12) }, () => 97 + random.integer(26));
  return `x${String.fromCharCode(...letters)}`;
}

function pick<Value>(random: Random, values: readonly Value[]): Value {
  return values[random.integer(values.length)];
}

/** Characters below 128 as they are, others in UTF-8. */
function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
