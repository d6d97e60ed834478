import assert from "node:assert/strict";
import { finetune } from "../cli/command.ts";
import { inFolder } from "../weights/in_folder.ts";
import { makePlace, snapshot } from "./hostile_case.ts";
import { hostileCommands } from "./hostile_commands.ts";

for (const { name, args, code, message, prepare, keepsCheckpoint } of hostileCommands) {
  Deno.test(`the command line refuses ${name}`, () =>
    inFolder(async (folder) => {
      const place = await makePlace(folder);
      await prepare?.(place);
      const before = await snapshot(folder);
      const found = await finetune([...args(place), "--json"], { cwd: folder });
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
