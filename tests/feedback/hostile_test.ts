/**
 * 200 answers that mean no good, between good ones: sizes, types, names, other people's items, wrong tokens, other
 * origins, replays, bad bytes and paths. None gets an error of the server, and nothing is lost or there twice.
 */
import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import { readFeedback } from "../../lib/feedback/answers/feedback_answers.ts";
import type { FeedbackPage } from "../../lib/feedback/open_feedback.ts";
import { freshId, withPage } from "./asked_page.ts";

const markup = "<script>alert(1)</script>";
const rows = Array.from({ length: 12 }, (_, at) => ({
  prompt: at % 2 === 0 ? `${markup} ${at}` : [{ role: "__proto__", content: `constructor ${at}` }],
  answers: at % 3 === 0
    ? [`one ${at}`, markup, "../../etc/passwd"]
    : [`one ${at}`, `\u202e${markup}`],
}));

/** Something that is sent, and the statuses that it may get. */
interface Attack {
  readonly what: string;
  readonly body: BodyInit;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly statuses: readonly number[];
}

/** Two hundred of them, from a seed. */
function attacks(item: string, earlier: object): readonly Attack[] {
  const good = () => ({
    id: freshId(),
    rater: "Mallory",
    item,
    action: "answer",
    value: 0,
    seconds: 1,
    comment: "",
  });
  const refused = [400, 404, 409];
  const json = (what: string, body: unknown, statuses = refused): Attack => ({
    what,
    body: typeof body === "string" ? body : JSON.stringify(body),
    statuses,
  });
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    id: [
      null,
      7,
      "",
      "short",
      "x".repeat(65),
      "../../../etc",
      "with space",
      {},
      ["a"],
      "<b>aaaaaaaa",
    ],
    rater: [null, 7, "", "  ", "\u200b\u202e", "x".repeat(81), {}, [], true, "\ud800"],
    item: [null, 7, "", "__proto__", "constructor", "toString", "0".repeat(16), "../a", {}, [item]],
    action: [null, 7, "", "delete", "ANSWER", "__proto__", {}, ["answer"]],
    value: [null, -1, 2, 1.5, 1e300, "0", "1", "Tie", "", {}, [], [[0]], true, markup, [
      0,
      1,
      2,
      3,
    ]],
    seconds: [null, "1", -1, 1e9, {}, [], true],
    comment: [null, 7, {}, [], "x".repeat(10_001)],
  };
  const fields = Object.entries(wrong).flatMap(([name, values]) =>
    values.map((value) =>
      json(`${name} ${JSON.stringify(value)?.slice(0, 30)}`, {
        ...good(),
        [name]: value,
      })
    )
  );
  const bodies = [
    ...'null|3|[]|"text"|{|{}|[[[|\u0000|NaN|{"id":}|'.split("|"),
    "[".repeat(100_000),
    `{"a":${"[".repeat(70)}${"]".repeat(70)}}`,
  ].map((body) => json(`the body ${body.slice(0, 20)}`, body, [400]));
  const names = ["__proto__", "constructor", "hasOwnProperty", "gold", "shown", "at", "content"]
    .map(
      (name) =>
        json(`the field ${name}`, `{"${name}":{"a":1},${JSON.stringify(good()).slice(1)}`, [400]),
    );
  const large: Attack = {
    what: "a body of 2 MiB",
    body: JSON.stringify({ ...good(), comment: "x".repeat(2 ** 21) }),
    statuses: [413],
  };
  const bytes: Attack = {
    what: "bad UTF-8",
    body: Uint8Array.of(0x7b, 0xff, 0x7d),
    statuses: [400],
  };
  const headers: readonly (readonly [Record<string, string>, number])[] = [
    [{ authorization: "Bearer wrong-token-of-mine" }, 401],
    [{ authorization: "Basic YTpi" }, 401],
    [{ authorization: "" }, 401],
    [{ origin: "https://example.org" }, 403],
    [{ origin: "null" }, 403],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "content-type": "text/plain" }, 415],
    [{ "content-type": "application/x-www-form-urlencoded" }, 415],
    [{ "content-encoding": "gzip" }, 415],
  ];
  const asOthers = headers.map(([headers, status]): Attack => ({
    what: JSON.stringify(headers),
    body: JSON.stringify(good()),
    headers,
    statuses: [status],
  }));
  const paths = [
    ...["/api/", "/api/answers", "/api/../../deno.json", "/page/../../deno.json", "/__proto__"],
    ...["/page/feedback/storage/answer_file.ts", "/api/answer/%2e%2e/x", "/answers.jsonl"],
  ].map((path): Attack => ({ what: path, path, body: JSON.stringify(good()), statuses: [404] }));
  const replays = [
    json("the same answer again", earlier, [200]),
    json("its id with another value", { ...earlier, value: 0 }, [409]),
    json("its id of another person", { ...earlier, rater: "Mallory" }, [409]),
    json("taking back what one has not judged", { ...good(), action: "undo", value: null }, [409]),
    json("a value beside a skip", { ...good(), action: "skip", value: 1 }, [400]),
  ];
  const random = Random.fromSeed(1, "hostile");
  const all = [
    ...fields,
    ...bodies,
    ...names,
    large,
    bytes,
    ...asOthers,
    ...paths,
    ...replays,
  ];
  const odd = ["{", "}", '"', "\\", ",", "\u0000", "1e999", "null", "\\u0000", "[", "]"];
  while (all.length < 200) {
    const whole = JSON.stringify({ ...good(), value: [0] });
    const at = random.integer(whole.length - 40) + 20;
    const changed = whole.slice(0, at) + odd[random.integer(odd.length)] + whole.slice(at + 3);
    all.push(json(`changed by chance: ${changed}`, changed));
  }
  return random.shuffle(all);
}

function send({ url }: FeedbackPage, { path = "/api/answer", body, headers }: Attack) {
  const { origin, hash } = new URL(url);
  return fetch(`${origin}${path}`, {
    method: "POST",
    body,
    headers: {
      authorization: `Bearer ${hash.replace("#token=", "")}`,
      "content-type": "application/json",
      ...headers,
    },
  });
}

Deno.test("200 hostile answers are refused, and every good one is there once", () =>
  withPage(rows, { perItem: 3 }, async ({ page, file, next, ask }) => {
    const { id: item } = page.items.find(({ kind }) => kind === "pair")!;
    const said: object[] = [];
    const judge = async (rater: string) => {
      const { id, answers } = await next(rater);
      // deno-lint-ignore no-explicit-any
      const value = answers.length === 2 ? "tie" : answers.map((_: any, at: number) => at);
      const sent = { id: freshId(), rater, item: id, action: "answer", value, seconds: 1 };
      assert.equal((await ask("/api/answer", sent)).status, 200);
      said.push(sent);
    };
    await judge("Ann");
    const all = attacks(item, { ...said[0] });
    assert.equal(all.length, 200);
    for (const [at, attack] of all.entries()) {
      const response = await send(page, attack);
      const text = await response.text();
      const shown = `${attack.what}: ${response.status} ${text.slice(0, 200)}`;
      assert.ok(attack.statuses.includes(response.status), shown);
      assert.doesNotMatch(text, /\/(?:tmp|home|root|work)\//, shown);
      if (at % 20 === 19) await judge(["Ann", "Ben", "__proto__", markup][at / 20 & 3]);
    }
    const records = (await Deno.readTextFile(file)).trim().split("\n");
    assert.deepEqual(
      records.map((line) => JSON.parse(line).id),
      said.map((each) => (each as { id: string }).id),
    );
    const read = await readFeedback(file);
    assert.equal(read.count, said.length);
    assert.deepEqual(
      read.raters.map(({ rater }) => rater).sort(),
      ["Ann", "Ben", "__proto__", markup].sort(),
    );
  }));
