import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { feedbackCommand } from "../../lib/cli/feedback_flags.ts";
import { readTable } from "../../lib/table/read_table.ts";
import { ask } from "../feedback/asked_page.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const none = () => undefined;

Deno.test("flags become options, and mistakes are told together", () => {
  const { rows, options, exportTo, whose } = feedbackCommand(
    [
      ...["pairs.csv", "--per-item", "2", "--labels", "a,b", "--no-ties", "--prompt", "q"],
      ...["--answers", "x,y", "--export", "out.jsonl", "--whose", "all"],
    ],
    () => "token-of-a-variable",
  );
  assert.deepEqual([rows, exportTo, whose], ["pairs.csv", "out.jsonl", "all"]);
  assert.deepEqual(options, {
    perItem: 2,
    labels: ["a", "b"],
    ties: false,
    columns: { prompt: "q", answers: ["x", "y"] },
    token: "token-of-a-variable",
  });
  assert.equal(feedbackCommand(["a.csv", "--no-token"], none).options.token, false);
  assert.throws(
    () => feedbackCommand(["--seed", "x"], none),
    isMistake("input", '--seed is "x"', "name one file of rows"),
  );
  assert.throws(
    () => feedbackCommand(["a.csv", "--fil", "x"], none),
    isMistake("input", "there is no flag --fil", 'did you mean "file"'),
  );
  assert.throws(
    () => feedbackCommand(["a.csv", "--read", "b.jsonl"], none),
    isMistake("input", "--read reads answers alone"),
  );
});

Deno.test({
  name: "a process asks people, and writes rows when it is closed by SIGTERM",
  ignore: Deno.build.os === "windows",
}, () =>
  inFolder(async (folder) => {
    const rows = join(folder, "rows.jsonl");
    const exported = join(folder, "preferences.jsonl");
    await Deno.writeTextFile(rows, '{"prompt":"p","answer_a":"a","answer_b":"b"}\n');
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--allow-all", "--no-check", "--config", `${project}deno.json`],
        ...[`${project}lib/cli/feedback.ts`, rows, "--export", exported],
      ],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let said = "";
    while (!/#token=\w+\s/.test(said)) {
      const { value, done } = await reader.read();
      assert.ok(!done, said);
      said += value;
    }
    const [url] = /http:\S+/.exec(said)!;
    const { body: { item } } = await ask(url, "/api/next", { rater: "Ann" });
    const value = item.answers.indexOf("b");
    const sent = { id: "of-the-command", rater: "Ann", item: item.id, action: "answer", value };
    assert.equal((await ask(url, "/api/answer", { ...sent, seconds: 3 })).status, 200);
    child.kill("SIGTERM");
    const { code } = await child.status;
    await reader.cancel();
    const out = await new Response(child.stdout).text();
    assert.equal(code, 0, out);
    assert.match(out, /1 answer of 1 person[^]*Ann +1 +0 +3\.0/);
    const table = await readTable(exported);
    assert.deepEqual(table.objects(), [{ prompt: "p", chosen: "b", rejected: "a" }]);
  }));
