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
