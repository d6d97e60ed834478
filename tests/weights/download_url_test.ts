import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { silentProgress } from "../../lib/core/progress.ts";
import { downloadFromUrl } from "../../lib/weights/download_url.ts";
import { inFolder } from "./in_folder.ts";

/** A plain web server: path → content and entity tag. */
interface Site {
  files: Record<string, { content: string; etag?: string }>;
  readonly seen: string[];
  readonly authorizations: (string | null)[];
}

async function withSite(
  work: (site: Site, url: string, options: Parameters<typeof downloadFromUrl>[1]) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const site: Site = {
      files: {
        "/m/config.json": { content: "{}", etag: '"c1"' },
        "/m/model.safetensors": { content: "weights", etag: '"w1"' },
        "/m/tokenizer.json": { content: "{}", etag: 'W/"t1"' },
      },
      seen: [],
      authorizations: [],
    };
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => {
        const path = decodeURIComponent(new URL(request.url).pathname);
        site.seen.push(`${request.method} ${path}`);
        site.authorizations.push(request.headers.get("authorization"));
        const file = site.files[path];
        if (!file) return new Response(null, { status: 404 });
        const headers: Record<string, string> = { "content-length": `${file.content.length}` };
        if (file.etag) headers.etag = file.etag;
        return new Response(request.method === "HEAD" ? null : file.content, { headers });
      },
    );
    await work(site, `http://127.0.0.1:${server.addr.port}/m`, {
      cacheFolder: join(folder, "hub"),
      token: "hf_secret",
      offline: false,
      attempts: 2,
      sleep: () => Promise.resolve(),
      progress: () => silentProgress,
    });
  });
}

Deno.test("a folder of a web server is downloaded beside the hub's cache, without the token", () =>
  withSite(async (site, url, options) => {
    const { folder, weights } = await downloadFromUrl(url, options);
    assert.equal(dirname(folder), join(dirname(options!.cacheFolder!), "tunebook"));
    assert.equal(weights, undefined);
    assert.equal(await Deno.readTextFile(join(folder, "model.safetensors")), "weights");
    assert.deepEqual(await downloadFromUrl(`${url}/`, options), { folder, weights });
    assert.deepEqual(new Set(site.authorizations), new Set([null]));
  }));

Deno.test("only what has another entity tag is fetched again", () =>
  withSite(async (site, url, options) => {
    const { folder } = await downloadFromUrl(url, options);
    site.seen.length = 0;
    await downloadFromUrl(url, options);
    assert.ok(site.seen.every((request) => request.startsWith("HEAD")), String(site.seen));

    site.files["/m/model.safetensors"] = { content: "better!", etag: '"w2"' };
    delete site.files["/m/tokenizer.json"];
    site.seen.length = 0;
    await downloadFromUrl(url, options);
    assert.deepEqual(site.seen.filter((request) => request.startsWith("GET")), [
      "GET /m/model.safetensors",
    ]);
    assert.equal(await Deno.readTextFile(join(folder, "model.safetensors")), "better!");
    await assert.rejects(Deno.stat(join(folder, "tokenizer.json")), "an old one must not stay");
  }));

Deno.test("a file without an entity tag is fetched every time", () =>
  withSite(async (site, url, options) => {
    site.files["/m/model.safetensors"] = { content: "first" };
    const { folder } = await downloadFromUrl(url, options);
    site.files["/m/model.safetensors"] = { content: "other" };
    await downloadFromUrl(url, options);
    assert.equal(await Deno.readTextFile(join(folder, "model.safetensors")), "other");
  }));

Deno.test("one weights file is downloaded with the config.json beside it", () =>
  withSite(async (site, url, options) => {
    site.files["/m/my best.safetensors"] = { content: "best", etag: '"b"' };
    const { folder, weights } = await downloadFromUrl(`${url}/my%20best.safetensors?k=1`, options);
    assert.equal(dirname(weights!), folder);
    assert.equal(await Deno.readTextFile(weights!), "best");
    assert.equal(await Deno.readTextFile(join(folder, "config.json")), "{}");
    await assert.rejects(downloadFromUrl(`${url}/gone.safetensors`, options), {
      kind: "download",
      message: /has no gone\.safetensors/,
    });
  }));

Deno.test("offline the copy is used, and what it lacks is named", () =>
  withSite(async (site, url, options) => {
    await assert.rejects(downloadFromUrl(url, { ...options, offline: true }), {
      kind: "download",
      message: /HF_HUB_OFFLINE is set; missing: config\.json, model\.safetensors/,
    });
    const model = await downloadFromUrl(url, options);
    site.seen.length = 0;
    assert.deepEqual(await downloadFromUrl(url, { ...options, offline: true }), model);
    assert.deepEqual(site.seen, []);
  }));

Deno.test("a server that is gone gives way to a complete copy only", () =>
  inFolder(async (folder) => {
    const options = {
      cacheFolder: join(folder, "hub"),
      offline: false,
      attempts: 1,
      progress: () => silentProgress,
    };
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      ({ url }) =>
        new Response(/(tokenizer_config|modules)\.json$/.test(url) ? null : "{}", {
          status: url.endsWith("/modules.json") ? 404 : 200,
          headers: { etag: '"1"' },
        }),
    );
    const url = `http://127.0.0.1:${server.addr.port}`;
    const model = await downloadFromUrl(url, options);
    await server.shutdown();
    assert.deepEqual(await downloadFromUrl(url, options), model);
    await assert.rejects(downloadFromUrl(`${url}/other`, options), { message: /cannot reach/ });
  }));

Deno.test("a refusal says that no token was sent", () =>
  withSite(async (_site, _url, options) => {
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      () => new Response(null, { status: 401 }),
    );
    await assert.rejects(downloadFromUrl(`http://127.0.0.1:${server.addr.port}/`, options), {
      kind: "download",
      message: /HTTP 401.*No token is sent to it.*hf:org\/name and set HF_TOKEN/,
    });
  }));
