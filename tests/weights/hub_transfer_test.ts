import assert from "node:assert/strict";
import { join } from "node:path";
import { downloadFromHub } from "../../lib/weights/hub.ts";
import { cachedRepository, withBlobLock } from "../../lib/weights/hub_cache.ts";
import { gitHash, sha256 } from "./hub_server.ts";
import { model, weightRequests, weights, withHub } from "./with_hub.ts";

Deno.test("a connection that breaks off is resumed where it stopped", () =>
  withHub(async (hub, options) => {
    hub.breaks = [30_000, 20_000];
    const folder = await downloadFromHub(model, options);
    assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), weights);
    assert.deepEqual(weightRequests(hub).map(({ range }) => range), [
      null,
      "bytes=30000-",
      "bytes=50000-",
    ]);
    assert.deepEqual(options.waits, [500, 500], "progress in between restarts the waiting times");
  }));

Deno.test("what an interrupted process left is continued by the next one", () =>
  withHub(async (hub, options) => {
    hub.breaks = [30_000];
    await assert.rejects(downloadFromHub(model, { ...options, attempts: 1 }), {
      kind: "download",
      message: /cannot reach .*model\.safetensors/,
    });
    const blobs = join(options.cacheFolder, "models--org--name", "blobs");
    assert.equal((await Deno.stat(join(blobs, `${sha256(weights)}.incomplete`))).size, 30_000);
    const folder = await downloadFromHub(model, options);
    assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), weights);
    assert.equal(weightRequests(hub).at(-1)!.range, "bytes=30000-");
  }));

Deno.test("a server that does not serve parts is read from the start", () =>
  withHub(async (hub, options) => {
    hub.ranges = false;
    hub.breaks = [30_000];
    const folder = await downloadFromHub(model, options);
    assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), weights);
  }));

Deno.test("a damaged part gets one fresh start", () =>
  withHub(async (hub, options) => {
    const blobs = join(options.cacheFolder, "models--org--name", "blobs");
    await Deno.mkdir(blobs, { recursive: true });
    const part = join(blobs, `${sha256(weights)}.incomplete`);
    for (const bytes of [new Uint8Array(1000), new Uint8Array(200_000)]) {
      await Deno.remove(join(blobs, sha256(weights))).catch(() => {});
      await Deno.writeFile(part, bytes);
      hub.commit = bytes.length.toString(16).padStart(40, "0");
      const folder = await downloadFromHub(model, options);
      assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), weights);
    }
  }));

Deno.test("a content that does not match its checksum is never used", () =>
  withHub(async (hub, options) => {
    for (const name of ["tokenizer.json", "model.safetensors"]) {
      const other = name === "model.safetensors" ? weights.map((byte) => byte ^ 1) : "[]";
      hub.intercept = ({ method, path }) =>
        method === "GET" &&
          path ===
            (other instanceof Uint8Array ? `/${name}` : `/org/name/resolve/${hub.commit}/${name}`)
          ? new Response(other)
          : undefined;
      await assert.rejects(downloadFromHub(model, options), {
        kind: "download",
        message: new RegExp(`${name} from .* is damaged: its (sha256|git) checksum is`),
      });
      const home = join(options.cacheFolder, "models--org--name");
      for (const folder of ["blobs", `snapshots/${hub.commit}`]) {
        for await (const entry of Deno.readDir(join(home, folder))) {
          assert.ok(!entry.name.includes("incomplete") && entry.name !== name, entry.name);
        }
      }
      await assert.rejects(downloadFromHub(model, { ...options, offline: true }));
    }
    hub.intercept = undefined;
    await downloadFromHub(model, options);
  }));

Deno.test("a content that is longer than promised is refused", () =>
  withHub(async (hub, options) => {
    hub.intercept = ({ server }) =>
      server === "cdn" ? new Response(new Uint8Array(weights.length + 1)) : undefined;
    await assert.rejects(downloadFromHub(model, options), {
      kind: "download",
      message: /model\.safetensors .* has more than 100000 bytes/,
    });
  }));

Deno.test("two downloads at once fetch the weights once", () =>
  withHub(async (hub, options) => {
    const folders = await Promise.all([1, 2, 3].map(() => downloadFromHub(model, options)));
    assert.equal(new Set(folders).size, 1);
    assert.equal(weightRequests(hub).length, 1);
  }));

Deno.test("a download that is stopped keeps its part, also where a copy is in the cache", () =>
  withHub(async (hub, options) => {
    await downloadFromHub(model, options);
    const old = { ...hub.files };
    hub.commit = "d".repeat(40);
    const renewed = weights.map((byte) => byte ^ 1);
    hub.files = { ...old, "model.safetensors": renewed };
    const stop = new AbortController();
    const some = 40_000;
    // Some bytes come, then nothing more.
    hub.intercept = ({ server, method }) =>
      server === "cdn" && method === "GET"
        ? new Response(
          new ReadableStream({ start: (stream) => stream.enqueue(renewed.slice(0, some)) }),
        )
        : undefined;
    const blobs = join(options.cacheFolder, "models--org--name", "blobs");
    const part = join(blobs, `${sha256(renewed)}.incomplete`);
    const stopped = assert.rejects(downloadFromHub(model, { ...options, signal: stop.signal }), {
      kind: "interrupted",
      message: /stopped while files were downloaded; what came so far is kept/,
    });
    while ((await Deno.stat(part).catch(() => undefined))?.size !== some) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    stop.abort();
    await stopped;
    delete hub.intercept;
    const folder = await downloadFromHub(model, options);
    assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), renewed);
    assert.equal(weightRequests(hub).at(-1)!.range, `bytes=${some}-`);
  }));

Deno.test("a wait for a busy server, or for another process, can be stopped", () =>
  withHub(async (hub, { sleep: _, ...options }) => {
    const signal = () => AbortSignal.timeout(50);
    hub.intercept = () => new Response(null, { status: 503, headers: { "retry-after": "200" } });
    await assert.rejects(downloadFromHub(model, { ...options, signal: signal() }), {
      kind: "interrupted",
    });
    assert.equal(hub.seen.length, 1);
    delete hub.intercept;
    const etag = gitHash(hub.files["config.json"]);
    const place = cachedRepository(options.cacheFolder, model.repository);
    await withBlobLock(
      place,
      etag,
      () =>
        assert.rejects(downloadFromHub(model, { ...options, signal: signal() }), {
          kind: "interrupted",
        }),
    );
    await downloadFromHub(model, options);
  }));
