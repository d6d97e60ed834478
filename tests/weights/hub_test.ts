import assert from "node:assert/strict";
import { join } from "node:path";
import { downloadFromHub } from "../../lib/weights/hub.ts";
import { sha256, startHub } from "./hub_server.ts";
import { inFolder } from "./in_folder.ts";
import { withoutLinks } from "./without_links.ts";
import { files, model, optionsFor, weightRequests, weights, withHub } from "./with_hub.ts";

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

Deno.test("without symbolic links the cache holds the files themselves, once each", () =>
  withHub((hub, options) =>
    withoutLinks(new Deno.errors.PermissionDenied("os error 1314"), async () => {
      const folder = await downloadFromHub(model, options);
      assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), weights);
      assert.equal((await Deno.lstat(join(folder, "config.json"))).isFile, true);
      const blobs = join(options.cacheFolder, "models--org--name", "blobs");
      assert.deepEqual(await Array.fromAsync(Deno.readDir(blobs)), []);
      hub.seen.length = 0;
      await downloadFromHub(model, options);
      assert.ok(hub.seen.every(({ method }) => method === "HEAD"));
      assert.equal(await downloadFromHub(model, { ...options, offline: true }), folder);
    })
  ));

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

Deno.test("of an ONNX file the hub gives what lies beside it, and nothing else", () =>
  withHub(async (hub, options) => {
    hub.files["onnx/model.onnx"] = "graph";
    hub.files["onnx/model.onnx_data"] = "numbers";
    hub.files["preprocessor_config.json"] = "{}";
    const graph = { ...model, file: "onnx/model.onnx" };
    const folder = await downloadFromHub(graph, options);
    assert.equal(await Deno.readTextFile(join(folder, "onnx", "model.onnx")), "graph");
    assert.equal(await Deno.readTextFile(join(folder, "onnx", "model.onnx_data")), "numbers");
    assert.equal(await Deno.readTextFile(join(folder, "preprocessor_config.json")), "{}");
    await assert.rejects(Deno.stat(join(folder, "config.json")), Deno.errors.NotFound);
    assert.equal(await downloadFromHub(graph, { ...options, offline: true }), folder);
  }));
