import assert from "node:assert/strict";
import { search } from "../../lib/cli/search.ts";
import { openShared, valueOf } from "../search/store/search_process.ts";
import { inFolder } from "../weights/in_folder.ts";

/** Runs the command; what it prints is kept. */
async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { log, error } = console;
  const said = { out: "", err: "" };
  console.log = (line: string) => void (said.out += `${line}\n`);
  console.error = (line: string) => void (said.err += `${line}\n`);
  try {
    return { code: await search(args), ...said };
  } finally {
    [console.log, console.error] = [log, error];
  }
}

Deno.test("a search's file is shown in words, as JSON and as a page, while it is worked on", () =>
  inFolder(async (folder) => {
    const file = `${folder}/search.sqlite`;
    using kept = openShared(file);
    for (let trial = 0; trial < 12; trial++) {
      const { number, suggestion } = kept.ask()!;
      kept.tell(number, valueOf(suggestion));
    }
    kept.ask();
    const page = `${folder}/search.html`;
    const shown = await run(file, "--aim", "loss", "--html", page);
    assert.deepEqual([shown.code, shown.err], [0, ""]);
    assert.match(
      shown.out,
      /search.sqlite: 13 trials: 12 complete, 1 pending\nbest: trial \d+, loss 1/,
    );
    assert.match(shown.out, /13 attempts at 13 trials by 1 process/);
    assert.match(await Deno.readTextFile(page), /^<!doctype html>[^]*Timeline/);
    assert.deepEqual(JSON.parse((await run(file, "--json")).out), kept.history);
  }));

Deno.test("commands that make no sense are told so", async () => {
  for (
    const [args, wanted] of [
      [[], /name the file of one search, not 0/],
      [["a", "b"], /not 2/],
      [["no-such.sqlite"], /there is no file no-such.sqlite/],
      [["a.sqlite", "--follow", "--json"], /--follow goes with neither/],
      [["a.sqlite", "--htm", "x"], /no flag --htm \(did you mean "html"/],
    ] as const
  ) {
    const { code, err } = await run(...args);
    assert.equal(code, 2);
    assert.match(err, wanted);
  }
  assert.match((await run("--help")).out, /deno task search/);
});
