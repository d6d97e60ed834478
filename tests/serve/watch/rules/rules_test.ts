import assert from "node:assert/strict";
import { join } from "node:path";
import { alarmsOf } from "../../../../lib/serve/watch/rules/alarms.ts";
import { sendAlarm } from "../../../../lib/serve/watch/rules/send_alarm.ts";
import { readWatchRules, settleRules } from "../../../../lib/serve/watch/rules/watch_rules.ts";
import { isMistake } from "../../../is_mistake.ts";
import { inFolder } from "../../../weights/in_folder.ts";

const about = { at: 0, rows: 1, detail: () => "words" };

Deno.test("an alarm is one message, until it has been back for long enough", () => {
  const alarms = alarmsOf(settleRules({
    rules: [{ name: "slow", measure: "p99", above: 500, clear: 400, after: 2, until: 3 }],
  }));
  // It goes up and down around the limit, and stays above what clears it.
  const values = [600, 300, 600, 600, 450, 700, 450, 390, 390, 450, 390, 390, 390, 390, 600, 600];
  const states = values.map((p99) => alarms.update({ p99 }, about).map(({ state }) => state)[0]);
  assert.deepEqual(states.map((state, at) => state && `${at} ${state}`).filter(Boolean), [
    "3 raised",
    "12 ended",
    "15 raised",
  ]);
  assert.deepEqual(alarms.raised(), ["slow"]);
});

Deno.test("what is not known neither raises nor ends an alarm", () => {
  const alarms = alarmsOf(settleRules({ rules: [{ name: "a", measure: "drift", below: 0.01 }] }));
  assert.equal(alarms.update({ drift: 0.001 }, about).length, 1);
  for (let i = 0; i < 9; i++) assert.equal(alarms.update({ drift: NaN, p50: 1 }, about).length, 0);
  assert.deepEqual(alarms.raised(), ["a"]);
});

Deno.test("every mistake in a file of rules is named", () =>
  inFolder(async (folder) => {
    const path = join(folder, "rules.json");
    const write = (value: unknown) => Deno.writeTextFile(path, JSON.stringify(value));
    await write({
      windows: 100,
      alpha: 2,
      looks: 30,
      webhook: "ftp://example.org",
      rules: [
        { name: "a", measure: "p98", above: 1, under: 2 },
        { name: "a", measure: "p99", above: 1, below: 2, after: 0 },
        { measure: "p99", above: "1" },
        { name: "b", measure: "p99", above: 5, clear: 6 },
        7,
      ],
    });
    await assert.rejects(
      readWatchRules(path),
      isMistake(
        "input",
        path,
        "windows",
        "alpha is 2",
        "looks is 30 for a window of 200",
        "webhook is",
        "rule 1: there is no field under",
        'rule 1: measure is "p98"',
        "rule 2: after is 0",
        "rule 2: it must have either above or below",
        "rule 2: another one is called",
        "rule 3: name is missing",
        /rule 3: above is "1"/,
      ),
    );
    await write({ rules: [{ name: "b", measure: "p99", above: 5, clear: 6 }, 7] });
    await assert.rejects(
      readWatchRules(path),
      isMistake("input", "rule 1: clear is 6", "rule 2: it is 7"),
    );
    await Deno.writeTextFile(path, "{");
    await assert.rejects(readWatchRules(path), isMistake("input", "cannot be read"));
    await write({ window: 100, rules: [{ name: "b", measure: "p99", above: 5, clear: 4 }] });
    assert.equal(settleRules(await readWatchRules(path)).window, 100);
  }));

Deno.test("an alarm goes to a webhook and to a file, and what fails is no error", () =>
  inFolder(async (folder) => {
    const got: string[] = [];
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      async (asked) => {
        got.push(await asked.text());
        return new Response("", { status: got.length === 1 ? 200 : 500 });
      },
    );
    const log = join(folder, "alarms.jsonl");
    const webhook = `http://127.0.0.1:${server.addr.port}/secret-path`;
    const [alarm] = alarmsOf(settleRules({ rules: [{ name: "a", measure: "errors", above: 0.1 }] }))
      .update({ errors: 0.5 }, about);
    const said: string[] = [];
    const { error } = console;
    console.error = (line: string) => void said.push(line);
    try {
      await sendAlarm(alarm, "reviews", { webhook, log });
      await sendAlarm(alarm, "reviews", { webhook, log });
      await server.shutdown();
      await sendAlarm(alarm, "reviews", { webhook, log: join(folder, "none", "log") });
    } finally {
      console.error = error;
    }
    const lines = (await Deno.readTextFile(log)).trimEnd().split("\n");
    assert.deepEqual(lines, got);
    const { model, rule, state, value, limit, at } = JSON.parse(lines[0]);
    assert.deepEqual([model, rule, state, value, limit], ["reviews", "a", "raised", 0.5, 0.1]);
    assert.equal(at, "1970-01-01T00:00:00.000Z");
    assert.equal(said.length, 3);
    assert.match(said[0], /answered the alarm with 500/);
    assert.ok(said.every((line) => !line.includes("secret-path")), said.join("\n"));
  }));
