/** transformers.js takes two names for one of the hub: what the pages show must begin with `./`. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("folders that pipeline() is given on the pages begin with ./", async () => {
  const pages = ["README.md", "docs/concepts.md", "docs/extending.md", "docs/glossary.md"];
  const shown: string[] = [];
  for (const page of pages) {
    const text = await Deno.readTextFile(`${project}${page}`);
    for (const [call, folder] of text.matchAll(/\bpipeline\("[\w-]+", "([^"]+)"/g)) {
      shown.push(folder);
      assert.ok(folder.startsWith("./"), `${page}: ${call}`);
    }
  }
  assert.ok(shown.length > 0);
});
