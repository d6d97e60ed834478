import assert from "node:assert/strict";
import { join } from "node:path";
import { checksumOf, hashFile } from "../../lib/weights/checksum.ts";
import { inFolder } from "./in_folder.ts";

Deno.test("files hash as sha256sum and git do", () =>
  inFolder(async (folder) => {
    const path = join(folder, "hello");
    await Deno.writeTextFile(path, "hello\n");
    // `sha256sum` and `git hash-object` of the same six bytes.
    assert.equal(
      await hashFile(path, "sha256"),
      "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
    );
    assert.equal(await hashFile(path, "git"), "ce013625030ba8dba906f756967f9e9ca394464a");
  }));

Deno.test("only hashes count as checksums", () => {
  const sha = "a".repeat(64);
  const git = "0".repeat(40);
  assert.deepEqual(checksumOf(sha), { method: "sha256", hex: sha });
  assert.deepEqual(checksumOf(git), { method: "git", hex: git });
  for (const etag of [undefined, "", "abc", `${git}-2`, `"${git}"`, "g".repeat(40)]) {
    assert.equal(checksumOf(etag), undefined);
  }
});
