import assert from "node:assert/strict";
import { join } from "node:path";
import { watch } from "../../lib/cli/watch.ts";
import { openWatch } from "../../lib/serve/watch/open_watch.ts";
import { profileFile } from "../../lib/serve/watch/profile/reference_profile.ts";
import { Random } from "../../lib/core/random.ts";
import { madeProfile, madeRows } from "../serve/watch/made_rows.ts";
import { inFolder } from "../weights/in_folder.ts";

/** Runs the command; what it prints is kept. */
async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { log, error } = console;
  const said = { out: "", err: "" };
  console.log = (line: string) => void (said.out += `${line}\n`);
  console.error = (line: string) => void (said.err += `${line}\n`);
  try {
    return { code: await watch(args), ...said };
  } finally {
    [console.log, console.error] = [log, error];
  }
}

Deno.test("a store and a server give the same report, in words, as JSON and as a page", () =>
  inFolder(async (folder) => {
    const random = Random.fromSeed(9);
    const profile = await madeProfile(madeRows(60, "films", random));
    await Deno.writeTextFile(join(folder, profileFile), JSON.stringify(profile));
    const file = join(folder, "requests.sqlite");
    const open = await openWatch(folder, {
      model: "reviews",
      rules: { window: 40, looks: 1, rules: [{ name: "slow", measure: "p50", above: 1 }] },
      store: { file },
    });
    madeRows(40, "films", random).forEach(({ text, answer }, at) =>
      open.answered({ id: `${at}`, at, milliseconds: 5, inputs: [text], answers: [answer] })
    );
    const report = await open.report();
    await open[Symbol.asyncDispose]();
    const asked: string[] = [];
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
      const { pathname, search } = new URL(request.url);
      asked.push(`${pathname}${search} ${request.headers.get("authorization")}`);
      return search === "?model=none"
        ? Response.json({ error: { message: "there is no model none" } }, { status: 404 })
        : Response.json(report);
    });
    const url = `http://127.0.0.1:${server.addr.port}`;
    const key = join(folder, "key");
    await Deno.writeTextFile(key, "a-secret-key\n");
    const page = join(folder, "report.html");

    const stored = await run(file, "--html", page);
    assert.equal(stored.code, 3, stored.err); // the alarm
    assert.match(stored.out, /^reviews \(text-classification\): 40 requests.*\nALARM: slow\n/);
    assert.match(await Deno.readTextFile(page), /^<!doctype html>[^]*<svg|data:image\/svg/);
    const served = await run(url, "--model", "reviews", "--api-key-file", key, "--json");
    assert.equal(served.code, 3, served.err);
    assert.deepEqual(JSON.parse(served.out), JSON.parse(JSON.stringify(report)));
    assert.deepEqual(asked, ["/watch.json?model=reviews Bearer a-secret-key"]);
    const none = await run(url, "--model", "none");
    assert.deepEqual([none.code, none.out], [1, ""]);
    assert.match(none.err, /there is no model none/);
    await server.shutdown();
    assert.match((await run(url)).err, /does not answer/);
  }));

Deno.test("a wrong command says what is wrong with it", async () => {
  for (
    const [args, wanted] of [
      [[], /name one server or one store/],
      [["a.sqlite", "b"], /not 2/],
      [["a", "--htm", "x"], /no flag --htm .*"html"/],
      [["a.sqlite", "--model", "x"], /are for servers/],
    ] as [string[], RegExp][]
  ) {
    const { code, err } = await run(...args);
    assert.equal(code, 2);
    assert.match(err, wanted);
  }
  const missing = await run("no-such.sqlite");
  assert.equal(missing.code, 1);
  assert.match(missing.err, /no-such.sqlite is no store of requests/);
  assert.match((await run("--help")).out, /deno task watch/);
});
