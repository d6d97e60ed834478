import assert from "node:assert/strict";
import { join } from "node:path";
import { redact, redactValue } from "../../../../lib/serve/watch/store/redact.ts";
import { openStore, storedReport } from "../../../../lib/serve/watch/store/request_store.ts";
import { isMistake } from "../../../is_mistake.ts";
import { inFolder } from "../../../weights/in_folder.ts";

const secrets = {
  email: ["ann.lee+x@mail.example.org", "Jörg@bücher.example"],
  url: ["https://example.org/a?token=abc123", "www.example.org/me"],
  iban: ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"],
  card: [
    "4111 1111 1111 1111",
    "5555-5555-5555-4444",
    "４１１１１１１１１１１１１１１１",
    "٤١١١ ١١١١ ١١١١ ١١١١",
  ],
  ip: ["192.168.10.254", "2001:db8:0:0:0:0:2:1"],
  phone: ["+49 (0)30 123-45-67", "030/1234567", "(555) 123-4567"],
} as const;
const names = Object.keys(secrets) as (keyof typeof secrets)[];

Deno.test("named patterns hide what they name, and leave the rest as it is", () => {
  for (const name of names) {
    for (const secret of secrets[name]) {
      assert.equal(redact(`a ${secret}, b`, [name]), `a [${name}], b`, secret);
    }
  }
  const plain = "In 2026 it cost 1299.95 at 10:30, model 12345, 4111 1111 1111 1112 is no card.";
  assert.equal(redact(plain, ["email", "url", "iban", "card", "ip"]), plain);
  assert.equal(redact("call 12345 now", ["phone"]), "call 12345 now");
  assert.equal(redact("12 and 7", ["number"]), "[number] and [number]");
});

Deno.test("what has check digits is found beside other words and numbers", () => {
  const cases: readonly (readonly [text: string, left: string])[] = [
    ["IBAN DE89 3704 0044 0532 0130 00 please pay now", "IBAN [iban] please pay now"],
    ["card 4111 1111 1111 1111 12", "card [card] 12"],
    ["card 4111 1111 1111 1111 123 4567", "card [card] 123 4567"],
    ["2 of 2 4111-1111-1111-1111", "2 of 2 [card]"],
    ["from fe80::1 at 12:30:45", "from [ip] at 12:30:45"],
    ["a 1234 5678 9012 3456 78 b", "a 1234 5678 9012 3456 78 b"],
  ];
  for (const [text, left] of cases) assert.equal(redact(text, ["iban", "card", "ip"]), left);
});

Deno.test("a text that nearly fits a pattern again and again is read once", () => {
  // With a pattern that begins anew at every character these take minutes, which stops a server.
  const nearly = ["a", "a.", "1---", "AB12 A B ", "1 ", "a@", "0:0:", "www.", "'"];
  for (const each of nearly) {
    const text = each.repeat(Math.floor(40_000 / each.length));
    assert.ok(redact(text, names).length > 0);
  }
});

Deno.test("functions come after patterns, and reach every text of a value", () => {
  const upper = (text: string) => text.toUpperCase();
  assert.deepEqual(
    redactValue({ messages: [{ content: "me@a.org", n: 1 }], pixels: new Uint8Array(4) }, [
      upper,
      "email",
    ]),
    { messages: [{ content: "[EMAIL]", n: 1 }], pixels: "(4 bytes)" },
  );
});

/** All bytes of the files of a folder, as text. */
async function bytesOf(folder: string): Promise<string> {
  let all = "";
  for await (const { name } of Deno.readDir(folder)) {
    all += new TextDecoder("latin1").decode(await Deno.readFile(join(folder, name)));
  }
  return all;
}

const row = (id: string, at: number, text: string) => ({
  id,
  row: 0,
  at,
  milliseconds: 5,
  signals: { numbers: { words: 3 }, classes: { label: "good" } },
  input: text,
  answer: { text, label: "good" },
});

Deno.test("nothing of a text lands on disk unless it is asked for", () =>
  inFolder(async (folder) => {
    const store = await openStore({ file: join(folder, "requests.sqlite") });
    store.add([row("one", 1, "the butler did it")]);
    store.addLabel("one", 0, "bad", 2);
    assert.deepEqual([store.has("one", 0), store.has("one", 9), store.has("two", 0)], [
      true,
      false,
      false,
    ]);
    store.keepReport({ fine: true }, 3);
    const open = await bytesOf(folder);
    store.close();
    for (const bytes of [open, await bytesOf(folder)]) {
      assert.ok(bytes.includes("good") && !bytes.includes("butler"));
    }
  }));

Deno.test("what a redactor hides never lands on disk, the rest does", () =>
  inFolder(async (folder) => {
    const store = await openStore({ file: join(folder, "requests.sqlite"), redact: names });
    const said = Object.values(secrets).flat().map((each, at) => row(`r${at}`, 1, `hello ${each}`));
    store.add(said);
    const open = await bytesOf(folder);
    store.close();
    for (const bytes of [open, await bytesOf(folder)]) {
      assert.ok(bytes.includes("hello [card]"));
      // SQLite writes UTF-8; latin1 shows its bytes.
      const shown = (text: string) =>
        new TextDecoder("latin1").decode(new TextEncoder().encode(text));
      for (const each of Object.values(secrets).flat()) {
        assert.ok(!bytes.includes(shown(each)), each);
      }
    }
  }));

Deno.test("what is older than the retention time is deleted and overwritten", () =>
  inFolder(async (folder) => {
    const file = join(folder, "requests.sqlite");
    const store = await openStore({ file, days: 2, redact: [] });
    const day = 86_400_000;
    store.add([row("old", 1 * day, "an early secret"), row("new", 3 * day, "a late word")]);
    store.addLabel("old", 0, "earlylabel", 1 * day);
    assert.equal(store.purge(3 * day), 0);
    assert.equal(store.purge(3 * day + 1), 1);
    const open = await bytesOf(folder);
    store.close();
    for (const bytes of [open, await bytesOf(folder)]) {
      assert.ok(bytes.includes("a late word"));
      assert.ok(!bytes.includes("early"), "deleted rows are still there");
    }
  }));

Deno.test("a request that cannot be stored leaves the store as it was", () =>
  inFolder(async (folder) => {
    const redactor = (text: string) => {
      if (text === "bad") throw new Error("the redactor failed");
      return text;
    };
    const file = join(folder, "requests.sqlite");
    const store = await openStore({ file, redact: [redactor] });
    assert.throws(
      () => store.add([row("one", 1, "fine"), row("two", 1, "bad")]),
      /redactor failed/,
    );
    store.add([row("three", 1, "later")]);
    store.close();
    const bytes = await bytesOf(folder);
    assert.ok(bytes.includes("later"));
    assert.ok(!bytes.includes("fine"), "half of the request was stored");
  }));

Deno.test(
  "only the owner reads a store",
  { ignore: Deno.build.os === "windows" },
  () =>
    inFolder(async (folder) => {
      const store = await openStore({ file: join(folder, "requests.sqlite") });
      store.add([row("one", 1, "a")]);
      for await (const { name } of Deno.readDir(folder)) {
        assert.equal((await Deno.stat(join(folder, name))).mode! & 0o077, 0, name);
      }
      store.close();
    }),
);

Deno.test("wrong options and files are refused", () =>
  inFolder(async (folder) => {
    const file = join(folder, "a.sqlite");
    await assert.rejects(
      openStore({ file, days: 0, redact: ["e-mail"], where: 1 } as never),
      isMistake("input", "days is 0", '"e-mail"', "where"),
    );
    await Deno.writeTextFile(file, "no database ".repeat(100));
    await assert.rejects(openStore({ file }), isMistake("output", "a.sqlite"));
    assert.throws(() => storedReport(file), isMistake("data", "no store of requests"));
    const empty = join(folder, "b.sqlite");
    (await openStore({ file: empty })).close();
    assert.throws(() => storedReport(empty), isMistake("data", "no report yet"));
  }));
