import assert from "node:assert/strict";
import { join } from "node:path";
import {
  blobPath,
  cachedCommit,
  cachedRepository,
  isKnownAbsent,
  linkBlob,
  rememberAbsence,
  rememberCommit,
  withBlobLock,
} from "../../lib/weights/hub_cache.ts";
import { inFolder } from "./in_folder.ts";
import { withoutLinks } from "./without_links.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

Deno.test("a revision's commit is remembered, and a commit stands for itself", () =>
  inFolder(async (root) => {
    const place = cachedRepository(root, "org/name");
    assert.equal(place.name, "models--org--name");
    assert.equal(await cachedCommit(place, "main"), undefined);
    await rememberCommit(place, "main", commit);
    assert.equal(await cachedCommit(place, "main"), commit);
    assert.equal(await cachedCommit(place, commit), commit);
    await Deno.writeTextFile(join(root, place.name, "refs", "main"), "../../etc");
    assert.equal(await cachedCommit(place, "main"), undefined);
  }));

Deno.test("a known absence belongs to its commit", () =>
  inFolder(async (root) => {
    const place = cachedRepository(root, "org/name");
    await rememberAbsence(place, commit, "tokenizer.json");
    assert.equal(await isKnownAbsent(place, commit, "tokenizer.json"), true);
    assert.equal(await isKnownAbsent(place, "f".repeat(40), "tokenizer.json"), false);
    assert.equal(await isKnownAbsent(place, commit, "config.json"), false);
  }));

Deno.test("only plain names become blobs", () => {
  const place = cachedRepository("/cache", "org/name");
  assert.equal(blobPath(place, commit), `/cache/models--org--name/blobs/${commit}`);
  for (const etag of ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a b"]) {
    assert.throws(() => blobPath(place, etag), { kind: "download" }, etag);
  }
});

Deno.test("a link replaces an older one", () =>
  inFolder(async (root) => {
    for (const name of ["one", "two"]) {
      await Deno.writeTextFile(join(root, name), name);
      await linkBlob(join(root, name), join(root, "snapshots", commit, "file"));
    }
    const link = join(root, "snapshots", commit, "file");
    assert.equal(await Deno.readLink(link), "../../two");
    assert.equal(await Deno.readTextFile(link), "two");
  }));

for (
  const error of [
    new Deno.errors.PermissionDenied("Permission denied (os error 13)"),
    new Deno.errors.NotCapable("Requires write access to all"),
    new Error("A required privilege is not held by the client. (os error 1314)"),
  ]
) {
  Deno.test(`without symbolic links a snapshot has the file itself: ${error.name}, ${error.message}`, () =>
    inFolder((root) =>
      withoutLinks(error, async () => {
        const blob = join(root, "blobs", "a");
        await Deno.mkdir(join(root, "blobs"));
        await Deno.writeTextFile(blob, "content");
        const old = join(root, "snapshots", commit, "old");
        await linkBlob(blob, old);
        assert.equal((await Deno.lstat(old)).isFile, true);
        assert.equal(await Deno.readTextFile(old), "content");
        assert.equal(await Deno.readTextFile(blob), "content");
        // A new blob takes no second place on the disk, and replaces what was there.
        await linkBlob(blob, old, { isNew: true });
        assert.equal(await Deno.readTextFile(old), "content");
        await assert.rejects(Deno.lstat(blob), Deno.errors.NotFound);
        const left = Array.fromAsync(Deno.readDir(join(root, "snapshots", commit)));
        assert.deepEqual((await left).map(({ name }) => name), ["old"]);
      })
    ));
}

Deno.test("a snapshot that cannot be linked for another reason is an error", () =>
  inFolder((root) =>
    withoutLinks(
      new Deno.errors.NotFound("gone"),
      () => assert.rejects(linkBlob(join(root, "a"), join(root, "b")), Deno.errors.NotFound),
    )
  ));

Deno.test("the work on one content is done by one at a time", () =>
  inFolder(async (root) => {
    const place = cachedRepository(root, "org/name");
    let inside = 0;
    await Promise.all([1, 2, 3].map(() =>
      withBlobLock(place, commit, async () => {
        assert.equal(++inside, 1);
        await new Promise((wake) => setTimeout(wake, 5));
        inside--;
      })
    ));
    assert.ok(await Deno.stat(join(root, ".locks", "models--org--name", `${commit}.lock`)));
  }));
