/**
 * A page whose process is killed at every tenth of 200 answers: nothing is lost, nothing is there twice.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readFeedback } from "../../lib/feedback/answers/feedback_answers.ts";
import { inFolder } from "../weights/in_folder.ts";
import { ask } from "./asked_page.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const answers = 200;
const each = 10;

/** A page in a process of its own, and its address. */
async function startPage(file: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--no-check", "--config", `${project}deno.json`],
      ...[`${project}tests/feedback/page_process.ts`, file, String(answers)],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let url = "";
  while (!url.includes("\n")) {
    const { value, done } = await reader.read();
    assert.ok(!done, "the page did not start");
    url += value;
  }
  await reader.cancel();
  return { child, url: url.trim() };
}

Deno.test("a kill at every tenth of 200 answers loses none and doubles none", () =>
  inFolder(async (folder) => {
    const file = join(folder, "answers.jsonl");
    const said = new Map<string, string>();
    let running = await startPage(file);
    const end = async () => {
      running.child.kill("SIGKILL");
      await running.child.status;
    };
    try {
      for (let at = 0; at < answers; at++) {
        const { body } = await ask(running.url, "/api/next", { rater: "Ann" });
        const { item } = body;
        const second = item.answers.findIndex((text: string) => text.startsWith("second"));
        const value = at % 2 === 0 ? second : 1 - second;
        said.set(item.prompt, at % 2 === 0 ? "second" : "first");
        const sent = { id: `answer-${at}`, rater: "Ann", item: item.id, action: "answer", value };
        const send = () => ask(running.url, "/api/answer", { ...sent, seconds: 1 });
        if (at % each === each - 1) {
          // Killed before it comes, while it is written, or before it is confirmed.
          const underway = send().catch(() => undefined);
          await new Promise((resolve) => setTimeout(resolve, at % 5));
          await end();
          await underway;
          running = await startPage(file);
        }
        const { status } = await send();
        assert.equal(status, 200);
      }
    } finally {
      await end();
    }
    const read = await readFeedback(file);
    const ids = (await Deno.readTextFile(file)).trim().split("\n").map((line) =>
      JSON.parse(line).id
    );
    assert.deepEqual(ids.sort(), Array.from({ length: answers }, (_, at) => `answer-${at}`).sort());
    const rows = read.preferences().objects() as Record<string, string>[];
    assert.equal(rows.length, answers);
    for (const { prompt, chosen } of rows) assert.ok(chosen.startsWith(said.get(prompt)!), prompt);
  }));
