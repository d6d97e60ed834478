import assert from "node:assert/strict";
import { join } from "node:path";
import { hubCacheRoot, hubHome } from "../../lib/weights/hub_cache.ts";
import { downloadSettings } from "../../lib/weights/hub_settings.ts";
import { inFolder } from "./in_folder.ts";

const environment = (values: Record<string, string>) => ({ get: (name: string) => values[name] });

Deno.test("the cache lies where Python's does", () => {
  const cases: [Record<string, string>, string][] = [
    [{ HF_HUB_CACHE: "/c", HF_HOME: "/h", XDG_CACHE_HOME: "/x" }, "/c"],
    [{ HF_HOME: "/h", XDG_CACHE_HOME: "/x" }, "/h/hub"],
    [{ XDG_CACHE_HOME: "/x" }, "/x/huggingface/hub"],
    [{ HF_HUB_CACHE: "", HF_HOME: "/h" }, "/h/hub"],
  ];
  for (const [values, root] of cases) assert.equal(hubCacheRoot(environment(values)), root);
  assert.match(hubHome(environment({})), /\/\.cache\/huggingface$/);
});

Deno.test("options go before the environment, the environment before the defaults", async () => {
  const plain = await downloadSettings({}, environment({ HF_HOME: "/nowhere" }));
  assert.equal(plain.endpoint, "https://huggingface.co");
  assert.equal(plain.token, undefined);
  assert.equal(plain.offline, false);
  assert.equal(plain.attempts, 5);
  const values = {
    HF_ENDPOINT: "https://mirror.example/",
    HF_TOKEN: "hf_1\n",
    HF_HUB_OFFLINE: "Yes",
    HF_HUB_CACHE: "/c",
  };
  const set = await downloadSettings({}, environment(values));
  assert.deepEqual(
    [set.endpoint, set.token, set.offline, set.cacheFolder],
    ["https://mirror.example", "hf_1", true, "/c"],
  );
  const own = await downloadSettings(
    { endpoint: "https://own.example", token: "", offline: false, cacheFolder: "/o" },
    environment(values),
  );
  assert.deepEqual(
    [own.endpoint, own.token, own.offline, own.cacheFolder],
    ["https://own.example", undefined, false, "/o"],
  );
});

Deno.test("the token of a hub login is found", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "token"), "hf_stored\n");
    const stored = await downloadSettings({}, environment({ HF_HOME: folder }));
    assert.equal(stored.token, "hf_stored");
    const path = join(folder, "token");
    const named = await downloadSettings({}, environment({ HF_HOME: "/no", HF_TOKEN_PATH: path }));
    assert.equal(named.token, "hf_stored");
  }));
