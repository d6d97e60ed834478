/**
 * Watches of a server's models, each with a store of its own, and where they cannot be written.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Random } from "../../../lib/core/random.ts";
import { openWatches } from "../../../lib/pipeline/serve/open_watches.ts";
import { openWatch } from "../../../lib/serve/watch/open_watch.ts";
import { profileFile } from "../../../lib/serve/watch/profile/reference_profile.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { toyBase } from "../toy_base.ts";
import { madeProfile, madeRows } from "./made_rows.ts";

async function deployed(folder: string): Promise<void> {
  const profile = await madeProfile(madeRows(120, "films", Random.fromSeed(5)));
  await Deno.writeTextFile(join(folder, profileFile), JSON.stringify(profile));
}

Deno.test("models whose names are alike share no store", () =>
  inFolder(async (folder) => {
    await deployed(folder);
    const names = ["a/b", "a:b", "a_b"];
    const sources = names.map((name) => ({ name, reference: `file:${folder}` }));
    const store = join(folder, "store");
    const watches = await openWatches(sources, [toyBase(...names)], { store: { folder: store } });
    const files = Array.from(Deno.readDirSync(store), ({ name }) => name)
      .filter((name) => name.endsWith(".sqlite"));
    for (const watch of watches.values()) await watch[Symbol.asyncDispose]();
    assert.deepEqual(files.sort(), ["a%2Fb.sqlite", "a%3Ab.sqlite", "a_b.sqlite"]);
  }));

Deno.test("what cannot be written is an error at the start", () =>
  inFolder(async (folder) => {
    await deployed(folder);
    const inTheWay = join(folder, "file");
    await Deno.writeTextFile(inTheWay, "");
    const sources = [{ name: "a", reference: `file:${folder}` }];
    await assert.rejects(
      openWatches(sources, [toyBase("a")], { store: { folder: inTheWay } }),
      isMistake("output", "watch.store", inTheWay),
    );
    const log = join(inTheWay, "alarms.jsonl");
    await assert.rejects(
      openWatch(folder, { rules: { log } }),
      isMistake("output", "alarms cannot be written", log),
    );
  }));
