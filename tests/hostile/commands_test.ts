import assert from "node:assert/strict";
import { finetune, finetuneHere } from "../cli/command.ts";
import { inFolder } from "../weights/in_folder.ts";
import { makePlace, snapshot } from "./hostile_case.ts";
import { hostileCommands } from "./hostile_commands.ts";

/** What runs as a process of its own: mistakes of a person, of a file, and one that ends a run. */
const asProcess = ["many wrong flags", "a broken model", "a learning rate beyond reason"];

Deno.test("commands that run as processes are among the hostile ones", () => {
  const names = hostileCommands.map(({ name }) => name);
  assert.deepEqual(asProcess.filter((name) => !names.includes(name)), []);
});

for (const { name, args, code, message, prepare, keepsCheckpoint } of hostileCommands) {
  Deno.test(`the command line refuses ${name}`, () =>
    inFolder(async (folder) => {
      const place = await makePlace(folder);
      await prepare?.(place);
      const before = await snapshot(folder);
      const given = [...args(place), "--json"];
      const found = asProcess.includes(name)
        ? await finetune(given, { cwd: folder })
        : await finetuneHere(given, folder);
      assert.equal(found.code, code, found.stderr);
      assert.match(found.stderr, /^error: /m);
      assert.match(found.stderr, message);
      assert.doesNotMatch(found.stderr, /^ {4}at |Uncaught/m, "a stack trace");
      assert.equal(found.stdout, "");
      const after = await snapshot(folder);
      const kept = after.filter((path) => path.startsWith("out/"));
      assert.deepEqual(
        after.filter((path) => !kept.includes(path)),
        before,
        "something was written",
      );
      const paths = kept.map((path) => path.split(" ")[0]);
      const file = "out/checkpoint/checkpoint.safetensors";
      assert.deepEqual(paths, keepsCheckpoint ? ["out/", "out/checkpoint/", file] : []);
    }));
}
