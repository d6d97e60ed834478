/**
 * The file of answers: what is torn is mended, what is wrong is told, what cannot be written leaves nothing behind.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openAnswerFile } from "../../lib/feedback/storage/answer_file.ts";
import type { FeedbackRecord } from "../../lib/feedback/storage/feedback_record.ts";
import { gatherJudgements } from "../../lib/feedback/storage/judgements.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));

function record(id: string, more: Partial<FeedbackRecord> = {}): FeedbackRecord {
  const content = { prompt: "p", answers: ["é😀", "b"] };
  const of = { rater: "Ann", action: "answer", item: "a1", kind: "pair", value: 0 } as const;
  return { id, at: "2026-11-30T10:00:00Z", ...of, place: 1, seconds: 2, content, ...more };
}

Deno.test("a line that was torn off anywhere is kept aside, and all before it are there", () =>
  inFolder(async (folder) => {
    const file = join(folder, "answers.jsonl");
    const lines = ["1", "2"].map((id) => `${JSON.stringify(record(id))}\n`);
    const whole = new TextEncoder().encode(lines.join(""));
    const first = new TextEncoder().encode(lines[0]).length;
    for (let cut = first; cut <= whole.length; cut += 7) {
      await Deno.writeFile(file, whole.subarray(0, cut));
      await using opened = await openAnswerFile(file);
      assert.deepEqual(opened.records.map(({ id }) => id), ["1"], `cut at ${cut}`);
      assert.equal(opened.torn?.bytes ?? 0, cut - first);
      await opened.append(record("3"));
      const ids = (await Deno.readTextFile(file)).trim().split("\n").map((each) =>
        JSON.parse(each).id
      );
      assert.deepEqual(ids, ["1", "3"]);
    }
    const torn = await Deno.readFile(`${file}.torn`);
    assert.ok(torn.length > 0);
    // A whole record without its line end is none that was torn.
    await Deno.writeFile(file, whole.subarray(0, whole.length - 1));
    await using opened = await openAnswerFile(file);
    assert.deepEqual([opened.records.length, opened.torn], [2, undefined]);
    assert.deepEqual(await Deno.readFile(file), whole);
  }));

Deno.test("a file of anything else is refused with its lines, and left as it is", () =>
  inFolder(async (folder) => {
    const file = join(folder, "rows.jsonl");
    const text = '{"prompt":"p"}\n\n[1]\n' + `${JSON.stringify(record("1", { value: 7 }))}\n`;
    await Deno.writeTextFile(file, text);
    await assert.rejects(
      openAnswerFile(file),
      isMistake(
        "data",
        "line 1: it has no id",
        "line 3: it is no object",
        "line 4: its value must",
      ),
    );
    assert.equal(await Deno.readTextFile(file), text);
    // The lock was given back.
    await Deno.writeTextFile(file, "");
    await (await openAnswerFile(file))[Symbol.asyncDispose]();
  }));

Deno.test("no two pages have one file", () =>
  inFolder(async (folder) => {
    const file = join(folder, "answers.jsonl");
    await using _first = await openAnswerFile(file);
    await assert.rejects(openAnswerFile(file), isMistake("output", "another process", file));
  }));

Deno.test("a record that stands twice counts once, and the last one of a person counts", () => {
  const judgements = gatherJudgements([
    record("1"),
    record("1"),
    record("2", { value: 1 }),
    record("3", { rater: "__proto__", item: "constructor" }),
  ]);
  assert.equal(judgements.records.length, 3);
  assert.equal(judgements.latest("Ann", "a1")?.value, 1);
  assert.deepEqual(judgements.raters, ["Ann", "__proto__"]);
  assert.equal(judgements.ofItem("constructor").size, 1);
});

Deno.test({
  name: "where the system writes no more, the answer is refused and the file is as it was",
  ignore: Deno.build.os === "windows",
}, () =>
  inFolder(async (folder) => {
    const file = join(folder, "answers.jsonl");
    // Files may have 4 blocks of 512 bytes or 1024; beyond them a write fails as on a full disk.
    const script = `trap '' XFSZ; ulimit -f 4; exec "$0" "$@"`;
    const { stdout, stderr, code } = await new Deno.Command("sh", {
      args: [
        ...["-c", script, Deno.execPath(), "run", "--allow-all", "--no-check"],
        ...["--no-code-cache", "--config", `${project}deno.json`],
        ...[`${project}tests/feedback/append_process.ts`, file, JSON.stringify(record("0"))],
      ],
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const refused = Number(new TextDecoder().decode(stdout));
    assert.ok(refused > 0 && refused < 40, String(refused));
    const text = await Deno.readTextFile(file);
    assert.ok(text.endsWith("\n"));
    assert.equal(text.trim().split("\n").map((each) => JSON.parse(each).id).length, 40 - refused);
  }));

Deno.test("a folder is no file of answers", async () => {
  const folder = await Deno.makeTempDir();
  await assert.rejects(openAnswerFile(folder), /is no file that answers can be appended to/);
});
