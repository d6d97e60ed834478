import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lockFolders } from "../../lib/core/folder_lock.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";

const library = fileURLToPath(new URL("../../lib/core/folder_lock.ts", import.meta.url));

/** A process that holds a folder until it is killed. */
async function holder(folder: string): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { lockFolders } from ${JSON.stringify(library)};
       await lockFolders([${JSON.stringify(folder)}]);
       console.log("held");
       setInterval(() => {}, 1000);`,
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  reader.releaseLock();
  return child;
}

Deno.test("a second run is refused at its start, with the process that is at work", () =>
  inFolder(async (home) => {
    const folder = join(home, "out", "reviews");
    const child = await holder(folder);
    await assert.rejects(
      lockFolders([join(home, "other"), folder]),
      isMistake("output", new RegExp(`another run \\(process ${child.pid}\\) writes to .*reviews`)),
    );
    child.kill("SIGKILL");
    await child.status;
    await child.stdout.cancel();
    // What a killed process left holds nobody up, and goes with the next lock.
    await (await lockFolders([folder]))[Symbol.asyncDispose]();
    assert.deepEqual(await Array.fromAsync(Deno.readDir(join(home, "out"))), []);
  }));

Deno.test("folders with what was made for their locks go, others stay", () =>
  inFolder(async (home) => {
    await Deno.mkdir(join(home, "there"));
    const folders = [join(home, "new", "deep", "a"), join(home, "there", "b")];
    const lock = await lockFolders([...folders, folders[0]]);
    assert.deepEqual(
      (await Array.fromAsync(Deno.readDir(join(home, "there")))).map(({ name }) => name),
      [".b.lock"],
    );
    await lock[Symbol.asyncDispose]();
    await lock[Symbol.asyncDispose]();
    assert.deepEqual((await Array.fromAsync(Deno.readDir(home))).map(({ name }) => name), [
      "there",
    ]);
  }));

Deno.test("many locks of one folder in a row and at once let one in at a time", () =>
  inFolder(async (home) => {
    const folder = join(home, "out", "reviews");
    let inside = 0;
    let taken = 0;
    const compete = async () => {
      for (let tried = 0; tried < 40; tried++) {
        const lock = await lockFolders([folder]).catch((error) => {
          assert.match(error.message, /another run/);
        });
        if (!lock) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          continue;
        }
        assert.equal(++inside, 1);
        taken++;
        await new Promise((resolve) => setTimeout(resolve, 1));
        inside--;
        await lock[Symbol.asyncDispose]();
      }
    };
    await Promise.all([compete(), compete(), compete(), compete()]);
    assert.ok(taken > 20, `${taken} locks`);
    // The last one may have found a folder that another one made.
    const left = await Array.fromAsync(Deno.readDir(join(home, "out"))).catch(() => []);
    assert.deepEqual(left, []);
  }));
