import assert from "node:assert/strict";
import { join } from "node:path";
import { Random } from "../../../lib/core/random.ts";
import { serveSettings } from "../../../lib/serve/serve_options.ts";
import { startServer } from "../../../lib/serve/server.ts";
import { openWatch } from "../../../lib/serve/watch/open_watch.ts";
import { profileFile } from "../../../lib/serve/watch/profile/reference_profile.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { broken, toyBase } from "../toy_base.ts";
import { madeProfile, madeRows } from "./made_rows.ts";

Deno.test("a server watches its models: report, page and labels", () =>
  inFolder(async (folder) => {
    const random = Random.fromSeed(5);
    const profile = await madeProfile(madeRows(120, "films", random));
    await Deno.writeTextFile(join(folder, profileFile), JSON.stringify(profile));
    const base = toyBase("reviews", "other");
    const watch = await openWatch(folder, { model: "reviews", rules: { window: 40, looks: 1 } });
    const settings = serveSettings({ port: 0, quiet: true, apiKeys: ["a-long-key"] });
    const server = await startServer([base], settings, [], new Map([["reviews", watch]]));
    const headers = { "content-type": "application/json", "x-api-key": "a-long-key" };
    const post = (path: string, body: unknown) =>
      fetch(`${server.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const get = (path: string) => fetch(`${server.url}${path}`, { headers });
    try {
      const input = Array.from({ length: 40 }, () => "phone battery charger headset ".repeat(9));
      const answered = await post("/classify", { model: "reviews", input });
      const { data } = await answered.json();
      const id = answered.headers.get("x-request-id");
      const failed = await post("/classify", { model: "reviews", input: broken });
      assert.equal(failed.status, 500);
      await failed.body?.cancel();
      await (await post("/classify", { model: "other", input: "not watched" })).body?.cancel();

      const report = await (await get("/watch.json?model=reviews")).json();
      assert.deepEqual([report.rows, report.requests, report.failed], [40, 1, 1]);
      assert.deepEqual(report.raised, ["drift"]);
      assert.equal(report.queue, 0);
      const page = await get("/watch?model=reviews");
      assert.match(page.headers.get("content-type")!, /^text\/html/);
      assert.match(page.headers.get("content-security-policy")!, /default-src 'none'/);
      const html = await page.text();
      assert.match(html, /ALARM: drift/);
      assert.doesNotMatch(html.replaceAll(/base64,[^"]*/g, ""), /battery/);

      const told = await post("/labels", {
        model: "reviews",
        labels: [
          { id, input: 0, label: data[0].label },
          { id, input: 1, label: "neither" },
          { id: "nobody", label: "long" },
        ],
      });
      assert.deepEqual(await told.json(), { known: 2, unknown: 1 });
      const after = await (await get("/watch.json?model=reviews")).json();
      assert.deepEqual([after.accuracy.measured.mean, after.accuracy.measured.rows], [0.5, 2]);

      const other = await get("/watch.json?model=other");
      assert.equal(other.status, 404);
      assert.match((await other.json()).error.message, /other is not watched/);
      const wrong = await post("/labels", { model: "reviews", labels: [{ id: "", label: 1 }] });
      assert.equal(wrong.status, 400);
      await wrong.body?.cancel();
      const without = await fetch(`${server.url}/watch?model=reviews`);
      assert.equal(without.status, 401);
      await without.body?.cancel();
    } finally {
      await server.stop();
    }
  }));
