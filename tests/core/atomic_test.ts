import assert from "node:assert/strict";
import { join } from "node:path";
import { makeFolderOnce, writeFolderAtomic } from "../../lib/core/atomic.ts";
import { TunebookError } from "../../lib/core/errors.ts";
import { inFolder } from "../weights/in_folder.ts";

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
const filled = (text: string) => (folder: string) => Deno.writeTextFile(join(folder, "a"), text);

async function leave(folder: string, name: string, text: string): Promise<void> {
  await Deno.mkdir(join(folder, name));
  await filled(text)(join(folder, name));
}

Deno.test("a folder takes the place of the one before as a whole", () =>
  inFolder(async (folder) => {
    const path = join(folder, "out");
    await writeFolderAtomic(path, async (inside) => {
      await filled("1")(inside);
      await Deno.writeTextFile(join(inside, "b"), "1");
    });
    await writeFolderAtomic(path, filled("2"));
    assert.deepEqual(namesIn(folder), ["out"]);
    assert.deepEqual(namesIn(path), ["a"]);
    assert.equal(await Deno.readTextFile(join(path, "a")), "2");
  }));

Deno.test("a folder that a killed process had moved away comes back with the next write", () =>
  inFolder(async (folder) => {
    const path = join(folder, "out");
    await leave(folder, ".out.0123abcd.old", "before");
    await leave(folder, ".out.89ef4567.tmp", "unfinished");
    await leave(folder, ".other.0123abcd.old", "not ours");
    await assert.rejects(
      writeFolderAtomic(path, () => {
        throw new Error("full disk");
      }),
      /full disk/,
    );
    assert.deepEqual(namesIn(folder), [".other.0123abcd.old", "out"]);
    assert.equal(await Deno.readTextFile(join(path, "a")), "before");
  }));

Deno.test("leftovers beside a whole folder go with the next write", () =>
  inFolder(async (folder) => {
    const path = join(folder, "out");
    await leave(folder, "out", "whole");
    await leave(folder, ".out.0123abcd.old", "older");
    await leave(folder, ".out.89ef4567.tmp", "unfinished");
    await writeFolderAtomic(path, async (inside) => {
      assert.equal(await Deno.readTextFile(join(path, "a")), "whole");
      await filled("new")(inside);
    });
    assert.deepEqual(namesIn(folder), ["out"]);
    assert.equal(await Deno.readTextFile(join(path, "a")), "new");
  }));

Deno.test("writes of one folder at once leave each other's unfinished folders", () =>
  inFolder(async (folder) => {
    const path = join(folder, "out");
    await writeFolderAtomic(path, async (inside) => {
      await writeFolderAtomic(path, filled("inner"));
      await filled("outer")(inside);
    });
    assert.deepEqual(namesIn(folder), ["out"]);
    assert.equal(await Deno.readTextFile(join(path, "a")), "outer");
  }));

Deno.test("of several who make a folder once the first one's stays, and nothing else", () =>
  inFolder(async (folder) => {
    const path = join(folder, "out");
    await leave(folder, ".out.0123abcd.new", "another process is at it");
    await leave(folder, ".out.89ef4567.new", "killed long ago");
    const longAgo = new Date(Date.now() - 25 * 60 * 60 * 1000);
    await Deno.utime(join(folder, ".out.89ef4567.new"), longAgo, longAgo);
    await makeFolderOnce(path, async (inside) => {
      await makeFolderOnce(path, filled("faster"));
      await filled("slower")(inside);
    });
    assert.deepEqual(namesIn(folder), [".out.0123abcd.new", "out"]);
    assert.equal(await Deno.readTextFile(join(path, "a")), "faster");
    await makeFolderOnce(path, () => {
      throw new Error("made twice");
    });
    await assert.rejects(
      makeFolderOnce(join(folder, "other"), () => {
        throw new Error("no idea");
      }),
      /no idea/,
    );
    assert.deepEqual(namesIn(folder), [".out.0123abcd.new", "out"]);
  }));

Deno.test("a full disk is named with the folder that was meant, and what to do", () =>
  inFolder(async (folder) => {
    const path = join(folder, "out");
    const full = Object.assign(new Error("No space left on device (os error 28)"), {
      code: "ENOSPC",
    });
    // A file that was copied, and one that was written.
    for (const error of [full, new Error("a bug")]) {
      const thrown = await writeFolderAtomic(path, (inside) => {
        error.message += ` in ${inside}`;
        throw error;
      }).then(() => assert.fail("it was written"), (error: Error) => error);
      assert.ok(!thrown.message.includes(".tmp"), thrown.message);
      assert.equal(thrown instanceof TunebookError, error === full);
      if (error === full) assert.match(thrown.message, /^cannot write .*Free some space/);
    }
    assert.deepEqual(namesIn(folder), []);
  }));
