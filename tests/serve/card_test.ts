/**
 * What is known of a model: as its server tells it, and as its folder keeps it.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readCard, writeCard } from "../../lib/pipeline/serve/card_file.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";
import { pageBase } from "./page_bases.ts";
import { get, toyBase, withServer } from "./toy_base.ts";

Deno.test("a server tells what is known of a model, and little of one that nothing is known of", () =>
  withServer([pageBase(), toyBase("bare")], {}, async (server) => {
    const { body } = await get(server, "/v1/models/moods/card");
    assert.deepEqual([body.id, body.object, body.facts], ["moods", "model.card", {
      base: "new:toy",
    }]);
    assert.deepEqual(body.scores[0], { name: "accuracy", value: 0.875, low: 0.8125, high: 0.9375 });
    assert.equal(body.receipts[0].largest_difference, 1e-7);
    const bare = await get(server, "/v1/models/bare/card");
    assert.deepEqual(bare.body, {
      id: "bare",
      object: "model.card",
      facts: {},
      scores: [],
      receipts: [],
    });
    assert.equal((await get(server, "/v1/models/none/card")).status, 404);
    const pairs = await get(server, "/v1/models/pairs");
    assert.equal(pairs.body.pair, true);
  }));

Deno.test("a folder keeps its card, and its README without front matter and folders", () =>
  inFolder(async (folder) => {
    const reference = `file:${folder}`;
    assert.deepEqual(await readCard(reference), { facts: {}, scores: [], receipts: [] });
    const card = {
      facts: { method: "lora" },
      scores: [{ name: "accuracy", value: 0.5 }],
      receipts: [],
    };
    await writeCard(folder, card, { model: "hf:org/base", teachers: [] });
    assert.deepEqual(await readCard(reference), card);
    const base = "file:/home/ann/my films/base";
    const readme = `---\nbase_model: ${base}\n---\n# Adapter for ${base}\n\nSee file:/etc/x.\n`;
    await Deno.writeTextFile(join(folder, "README.md"), readme);
    const { text } = await readCard(reference);
    assert.equal(text, "# Adapter for a folder\n\nSee a folder\n");
    for (const damaged of ["{", "[]", '{"format":"other"}']) {
      await Deno.writeTextFile(join(folder, "tunebook_card.json"), damaged);
      await assert.rejects(readCard(reference), isMistake("output", "tunebook_card.json of"));
    }
  }));

Deno.test("the page and its files are there without a key, and nothing else below them", () =>
  withServer([toyBase("a")], { apiKeys: ["a-long-secret"] }, async ({ url }) => {
    const html = await fetch(`${url}/`);
    assert.match(html.headers.get("content-security-policy")!, /^default-src 'self';/);
    for (const [, path] of (await html.text()).matchAll(/(?:src|href)="(page\/[^"]+)"/g)) {
      const answer = await fetch(`${url}/${path}`);
      assert.equal(answer.status, 200, path);
      assert.match(answer.headers.get("content-type")!, /^text\/(css|javascript);/);
      await answer.body?.cancel();
    }
    for (
      const path of ["/page/serve/app.ts", "/page/serve/page/none.js", "/page/..%2f..%2fdeno.json"]
    ) {
      const answer = await fetch(`${url}${path}`);
      assert.equal(answer.status, 404, path);
      await answer.body?.cancel();
    }
  }));
