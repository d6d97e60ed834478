import assert from "node:assert/strict";
import { join } from "node:path";
import { silentProgress } from "../../lib/core/progress.ts";
import { downloadFromHub } from "../../lib/weights/hub.ts";
import { type HubServer, sha256, startHub } from "./hub_server.ts";
import { inFolder } from "./in_folder.ts";

const model = { repository: "org/name", revision: "main" };
const weights = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
const files = () => ({
  "config.json": '{"model_type":"bert"}',
  "tokenizer.json": "{}",
  "model.safetensors": weights,
});

/** Runs `work` with a hub and an empty cache; `waits` collects the pauses that were asked for. */
async function withHub(
  work: (hub: HubServer, options: ReturnType<typeof optionsFor>) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await using hub = startHub(files());
    await work(hub, optionsFor(hub, folder));
  });
}

function optionsFor({ endpoint }: HubServer, cacheFolder: string) {
  const waits: number[] = [];
  return {
    endpoint,
    cacheFolder,
    token: "hf_secret",
    offline: false,
    waits,
    progress: () => silentProgress,
    sleep: (milliseconds: number) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
  };
}

const weightRequests = (hub: HubServer) => hub.seen.filter(({ server }) => server === "cdn");

Deno.test("a model is laid out as Python's cache is", () =>
  withHub(async (hub, options) => {
    const folder = await downloadFromHub(model, options);
    const home = join(options.cacheFolder, "models--org--name");
    assert.equal(folder, join(home, "snapshots", hub.commit));
    assert.equal(await Deno.readTextFile(join(home, "refs", "main")), hub.commit);
    assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), weights);
    assert.equal(
      await Deno.readLink(join(folder, "model.safetensors")),
      `../../blobs/${sha256(weights)}`,
    );
    assert.equal(await Deno.readTextFile(join(folder, "config.json")), hub.files["config.json"]);
    // The same lookups are not made a second time by tunebook or by Python.
    assert.ok(await Deno.stat(join(home, ".no_exist", hub.commit, "tokenizer_config.json")));
    const blobs = [...Deno.readDirSync(join(home, "blobs"))].map(({ name }) => name);
    assert.equal(blobs.length, 3);
    assert.ok(blobs.every((name) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name)));
  }));

Deno.test("what is there is not fetched again; a moved branch fetches only what changed", () =>
  withHub(async (hub, options) => {
    await downloadFromHub(model, options);
    hub.seen.length = 0;
    await downloadFromHub(model, options);
    assert.ok(hub.seen.every(({ method }) => method === "HEAD"));

    hub.seen.length = 0;
    await downloadFromHub({ ...model, revision: hub.commit }, options);
    assert.deepEqual(hub.seen, [], "a commit never changes");

    hub.commit = "d".repeat(40);
    hub.files["config.json"] = '{"model_type":"roberta"}';
    const folder = await downloadFromHub(model, options);
    assert.match(await Deno.readTextFile(join(folder, "config.json")), /roberta/);
    assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), weights);
    const fetched = hub.seen.filter(({ method }) => method === "GET").map(({ path }) => path);
    assert.deepEqual(fetched, [`/org/name/resolve/${hub.commit}/config.json`]);
  }));

Deno.test("tags and pull requests are revisions", () =>
  withHub(async (hub, options) => {
    for (const revision of ["v1", "refs/pr/1"]) {
      await downloadFromHub({ ...model, revision }, options);
      const ref = join(options.cacheFolder, "models--org--name", "refs", revision);
      assert.equal(await Deno.readTextFile(ref), hub.commit);
    }
  }));

Deno.test("shards are downloaded with their index, which may not point elsewhere", () =>
  withHub(async (hub, options) => {
    delete hub.files["model.safetensors"];
    hub.files["model.safetensors.index.json"] = JSON.stringify({
      weight_map: { a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors" },
    });
    hub.files["model-00001-of-00002.safetensors"] = weights;
    await assert.rejects(downloadFromHub(model, options), {
      kind: "download",
      message: /has no model-00002-of-00002\.safetensors, which its model\.safetensors\.index/,
    });
    hub.commit = "d".repeat(40);
    hub.files["model-00002-of-00002.safetensors"] = weights.subarray(1);
    const folder = await downloadFromHub(model, options);
    const second = join(folder, "model-00002-of-00002.safetensors");
    assert.deepEqual(await Deno.readFile(second), weights.slice(1));

    hub.commit = "e".repeat(40);
    hub.files["model.safetensors.index.json"] = JSON.stringify({
      weight_map: { a: "../../../../evil.safetensors" },
    });
    await assert.rejects(downloadFromHub(model, options), {
      kind: "weights",
      message: /evil\.safetensors"; a shard must be a \.safetensors file beside the index/,
    });
  }));

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

Deno.test("the token goes to the hub and to no other server", () =>
  withHub(async (hub, options) => {
    await downloadFromHub(model, options);
    assert.ok(weightRequests(hub).length > 0);
    for (const { server, authorization } of hub.seen) {
      assert.equal(authorization, server === "hub" ? "Bearer hf_secret" : null);
    }
  }));

Deno.test("a renamed repository is followed", () =>
  withHub(async (hub, options) => {
    hub.intercept = ({ path }) =>
      path.startsWith("/old/name/")
        ? new Response(null, { status: 307, headers: { location: path.replace("old", "org") } })
        : undefined;
    const folder = await downloadFromHub({ ...model, repository: "old/name" }, options);
    assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), weights);
  }));

Deno.test("redirects that go round or leave the web are refused", () =>
  withHub(async (hub, options) => {
    for (const location of ["/again", "file:///etc/passwd", "http://["]) {
      hub.intercept = () => new Response(null, { status: 302, headers: { location } });
      await assert.rejects(downloadFromHub(model, options), {
        kind: "download",
        message: /redirects (more than 10 times|to .*, which is not https)/,
      });
    }
  }));

Deno.test("refusals say what to do", () =>
  withHub(async (hub, options) => {
    const refuse = (status: number, code?: string) => () =>
      new Response(null, { status, headers: code ? { "x-error-code": code } : {} });
    const cases: [number, string | undefined, string, RegExp][] = [
      [401, undefined, "", /private, gated or does not exist.*set HF_TOKEN/],
      [403, undefined, "", /HTTP 403.*set HF_TOKEN/],
      [401, undefined, "hf_old", /token in use has no access.*check HF_TOKEN/],
      [401, "RepoNotFound", "", /no model org\/name at .*private.*set HF_TOKEN/],
      [403, "GatedRepo", "", /gated: ask for access at http.*\/org\/name, and set HF_TOKEN/],
      [404, "RepoNotFound", "", /there is no model org\/name/],
      [404, "RevisionNotFound", "", /no revision "main"/],
      [404, "EntryNotFound", "", /has no config\.json; is it a model/],
      [404, undefined, "", /has no config\.json|without a valid X-Repo-Commit/],
      [410, undefined, "", /HTTP 410/],
      [200, undefined, "", /X-Repo-Commit header, so it is not a Hugging Face hub/],
    ];
    for (const [status, code, token, message] of cases) {
      hub.intercept = refuse(status, code);
      await assert.rejects(downloadFromHub(model, { ...options, token }), {
        kind: "download",
        message,
      });
    }
    assert.deepEqual(options.waits, [], "none of these passes by waiting");
    hub.intercept = undefined;
    await assert.rejects(downloadFromHub({ ...model, revision: "nope" }, options), {
      message: /org\/name has no revision "nope"/,
    });
    delete hub.files["model.safetensors"];
    await assert.rejects(downloadFromHub(model, options), {
      message:
        /has no model\.safetensors\.index\.json and no model\.safetensors\. Only safetensors/,
    });
  }));

Deno.test("headers that would write outside the cache are refused", () =>
  withHub(async (hub, options) => {
    for (
      const headers of [
        { "x-repo-commit": "../../evil", etag: `"${"a".repeat(40)}"` },
        { "x-repo-commit": hub.commit, etag: '"../../evil"' },
        { "x-repo-commit": hub.commit, etag: '".."' },
        { "x-repo-commit": hub.commit, etag: "" },
      ]
    ) {
      hub.intercept = () => new Response(null, { headers });
      await assert.rejects(downloadFromHub(model, options), { kind: "download" });
    }
    const left = [...Deno.readDirSync(options.cacheFolder)].map(({ name }) => name);
    assert.ok(left.every((name) => name === "models--org--name"), String(left));
  }));

Deno.test("a busy server says how long to wait, a broken one is waited for longer each time", () =>
  withHub(async (hub, options) => {
    const statuses: [number, string?][] = [[429, "7"], [503], [500], [502, "0"]];
    hub.intercept = () => {
      const [status, wait] = statuses.shift() ?? [];
      return status
        ? new Response(null, { status, headers: wait ? { "retry-after": wait } : {} })
        : undefined;
    };
    await downloadFromHub(model, options);
    assert.deepEqual(options.waits, [7000, 1000, 2000, 0]);

    options.waits.length = 0;
    hub.intercept = () => new Response(null, { status: 503 });
    await assert.rejects(downloadFromHub({ ...model, revision: "v1" }, options), {
      message: /HTTP 503/,
    });
    assert.deepEqual(options.waits, [500, 1000, 2000, 4000]);

    hub.intercept = () => new Response(null, { status: 429, headers: { "retry-after": "3600" } });
    await assert.rejects(downloadFromHub({ ...model, revision: "v1" }, options), {
      message: /refuses more requests for now \(HTTP 429\).*asks to wait 3600 s/,
    });
  }));

Deno.test("offline the cache is used, and what it lacks is named", () =>
  withHub(async (hub, options) => {
    const offline = { ...options, offline: true };
    await assert.rejects(downloadFromHub(model, offline), {
      kind: "download",
      message: /HF_HUB_OFFLINE is set; missing: revision "main"/,
    });
    const folder = await downloadFromHub(model, options);
    hub.seen.length = 0;
    assert.equal(await downloadFromHub(model, offline), folder);
    assert.equal(await downloadFromHub({ ...model, revision: hub.commit }, offline), folder);
    await Deno.remove(join(folder, "model.safetensors"));
    await assert.rejects(downloadFromHub(model, offline), { message: /missing: model\.safetens/ });
    assert.deepEqual(hub.seen, []);
  }));

Deno.test("a hub that cannot be reached gives way to the cache", () =>
  inFolder(async (cacheFolder) => {
    let options: ReturnType<typeof optionsFor>;
    let folder: string;
    {
      await using hub = startHub(files());
      options = optionsFor(hub, cacheFolder);
      folder = await downloadFromHub(model, options);
    }
    assert.equal(await downloadFromHub(model, options), folder);
    await assert.rejects(downloadFromHub({ ...model, revision: "v1" }, options), {
      kind: "download",
      message: /cannot reach .* check the connection, or set HF_ENDPOINT/,
    });
  }));

Deno.test("two downloads at once fetch the weights once", () =>
  withHub(async (hub, options) => {
    const folders = await Promise.all([1, 2, 3].map(() => downloadFromHub(model, options)));
    assert.equal(new Set(folders).size, 1);
    assert.equal(weightRequests(hub).length, 1);
  }));
