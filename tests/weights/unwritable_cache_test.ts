import assert from "node:assert/strict";
import { join } from "node:path";
import { downloadFromHub } from "../../lib/weights/hub.ts";
import { downloadFromUrl } from "../../lib/weights/download_url.ts";
import { unwritableCache } from "../../lib/weights/unwritable_cache.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "./in_folder.ts";
import { model, withHub } from "./with_hub.ts";

const advice = isMistake("output", /cache of downloads, .* cannot be used: [^]*HF_HUB_CACHE/);

Deno.test("a cache that cannot be written is named with what to do", () =>
  withHub((_, options) =>
    inFolder(async (folder) => {
      const file = join(folder, "file");
      await Deno.writeTextFile(file, "mine");
      const places = [
        join(file, "hub"),
        ...Deno.build.os === "linux" ? ["/proc/tunebook/hub"] : [],
      ];
      for (const cacheFolder of places) {
        await assert.rejects(downloadFromHub(model, { ...options, cacheFolder }), advice);
      }
      assert.equal(await Deno.readTextFile(file), "mine");
    })
  ));

Deno.test("so is the folder of models from other servers", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "mine");
    const server = Deno.serve({ port: 0, onListen() {} }, () => new Response("{}"));
    try {
      const url = `http://127.0.0.1:${server.addr.port}/model`;
      await assert.rejects(downloadFromUrl(url, { cacheFolder: join(file, "x", "hub") }), advice);
    } finally {
      await server.shutdown();
    }
  }));

Deno.test("an etag that is too long for a file name is refused before anything is written", () =>
  withHub(async (hub, options) => {
    hub.intercept = ({ server }) =>
      server === "hub"
        ? new Response(null, {
          headers: { "x-repo-commit": hub.commit, etag: `"${"a".repeat(300)}"` },
        })
        : undefined;
    await assert.rejects(
      downloadFromHub(model, options),
      isMistake("download", /an etag of 300 characters [^]*HF_ENDPOINT/),
    );
  }));

Deno.test("what is no word of a file system stays as it is", () => {
  const error = new TypeError("a bug");
  assert.equal(unwritableCache(error, "/cache"), error);
});
