import assert from "node:assert/strict";
import { join } from "node:path";

const root = join(import.meta.dirname!, "..", "..");

Deno.test("pages open folders by paths that transformers.js takes for no name of the hub", async () => {
  let calls = 0;
  for (const page of ["README.md", "docs/concepts.md", "docs/extending.md", "lib/deploy/onnx.ts"]) {
    const text = await Deno.readTextFile(join(root, page));
    for (const [call, path] of text.matchAll(/pipeline\("[\w-]+", "([^"]+)"/g)) {
      calls++;
      assert.match(path, /^\.\//, `${page}: ${call}`);
    }
  }
  assert.ok(calls >= 5, `${calls} calls`);
});
