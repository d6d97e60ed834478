import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { foldersInCache } from "../../lib/core/deno_cache.ts";
import { programAddress } from "../../lib/core/program_address.ts";
import { version } from "../../lib/core/version.ts";

Deno.test("finds the versions of a package in the cache of Deno, the newest first", async () => {
  const cache = await Deno.makeTempDir();
  try {
    const registry = join(cache, "npm", "registry.npmjs.org");
    const own = join(registry, "@tunebook", "tunebook", "0.1.0", "lib", "core");
    const model = join(registry, "@lat.md", "model");
    for (const version of ["0.9.0", "0.10.0", "0.2.0"]) {
      await Deno.mkdir(join(model, version), { recursive: true });
    }
    assert.deepEqual(
      [...foldersInCache(own, "@lat.md/model")],
      ["0.10.0", "0.9.0", "0.2.0"].map((each) => join(model, each)),
    );
    assert.equal([...foldersInCache(own, "@lat.md/model", "0.2.0")][0], join(model, "0.2.0"));
    const elsewhere = join(cache, "npm", "127.0.0.1_4873", "@tunebook", "tunebook", "0.1.0");
    assert.ok([...foldersInCache(join(elsewhere, "lib", "core"), "@lat.md/model", "0.2.0")]
      .includes(join(model, "0.2.0")));
    assert.deepEqual([...foldersInCache(join(cache, "tunebook", "lib", "core"), "sharp")], []);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("a program is run by its file, and by its package where that lies in the cache", async () => {
  const url = "file:///somewhere/program.ts";
  assert.equal(programAddress("apart", url), url);
  const core = join(Deno.cwd(), "npm", "registry.npmjs.org", "@a", "b", version, "lib", "core");
  const { href } = pathToFileURL(join(core, "program_address.js"));
  const { name } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  assert.equal(programAddress("apart", url, href), `npm:${name}@${version}/apart`);
  assert.equal(programAddress("apart", url, "https://jsr.io/@a/b/0.1.0/lib/core/x.ts"), url);
});
