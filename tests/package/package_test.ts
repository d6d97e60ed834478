import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder } from "../weights/in_folder.ts";
import { compilePackage } from "../../tools/package/compile_package.ts";
import { dependenciesOf } from "../../tools/package/dependencies.ts";
import { exportedValues } from "../../tools/package/exported_values.ts";
import { registryModule } from "../../tools/package/project.ts";
import { stagePackage } from "../../tools/package/stage_package.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));

/** Compiles modules that stand here. */
function compiled(texts: Readonly<Record<string, string>>, imports = {}) {
  return compilePackage(["mod.ts"], imports, (path) => {
    assert.ok(path in texts, path);
    return Promise.resolve(texts[path]);
  });
}

Deno.test("modules, workers and types become JavaScript with declarations, tests do not", async () => {
  const { files, imported } = await compiled({
    "mod.ts": `import { two } from "./lib/two.ts";
import type { Three } from "./lib/three.ts";
import words from "./words.json" with { type: "json" };
import decode from "squash/decode";
export const start = (): Worker => new Worker(new URL("./lib/worker.ts", import.meta.url));
export async function later(): Promise<Three> { return await (await import("./lib/later.ts")).later(two, words, decode); }
export type Named = import("./lib/named.ts").Named;
`,
    "lib/two.ts": "/** Two. */\nexport const two = 2;\n",
    "lib/three.ts": "export interface Three { readonly three: 3 }\n",
    "lib/later.ts": "export const later = (..._: unknown[]): { three: 3 } => ({ three: 3 });\n",
    "lib/named.ts": "export type Named = string;\n",
    "lib/worker.ts": "postMessage(1);\n",
    "words.json": "[]",
  }, { "squash/decode": "npm:@squash/jpeg@1.6.0/decode.js" });
  assert.deepEqual([...files.keys()].sort(), [
    ...["lib/later.js", "lib/named.d.ts", "lib/three.d.ts", "lib/two.js", "lib/worker.js"],
    ...["mod.d.ts", "mod.js", "words.json"],
  ]);
  assert.deepEqual([...imported.values()], [
    { name: "@squash/jpeg", version: "1.6.0", specifier: "@squash/jpeg/decode.js" },
  ]);
  const code = files.get("mod.js")!;
  for (const name of ["./lib/two.js", "./words.json", "@squash/jpeg/decode.js"]) {
    assert.ok(code.includes(`from "${name}"`), name);
  }
  assert.match(code, /new URL\("\.\/lib\/worker\.js", import\.meta\.url\)/);
  assert.match(code, /import\("\.\/lib\/later\.js"\)/);
  assert.doesNotMatch(code, /three\.js/);
  const types = files.get("mod.d.ts")!;
  assert.match(types, /from "\.\/lib\/three\.js"/);
  assert.match(types, /import\("\.\/lib\/named\.js"\)/);
});

Deno.test("an export without a type is told with its line, all of them in one error", async () => {
  await assert.rejects(
    compiled({
      "mod.ts":
        `export const a = f();\nfunction f(): number { return 1; }\nexport const b = f();\n`,
    }),
    ({ message }: Error) => /^mod\.ts:1: .*\nmod\.ts:3: /.test(message),
  );
});

Deno.test("an import that deno.json has not, or not with a version, is an error", () => {
  const maps: Record<string, string>[] = [{}, { sharp: "npm:sharp" }, { sharp: "./sharp.ts" }];
  for (const imports of maps) {
    assert.throws(() => registryModule("sharp", imports), /no package with a version for "sharp"/);
  }
  assert.equal(registryModule("node:fs", {}), undefined);
  assert.deepEqual(registryModule("csv-parse/sync", { "csv-parse": "npm:csv-parse@7.0.3" }), {
    name: "csv-parse",
    version: "7.0.3",
    specifier: "csv-parse/sync",
  });
});

Deno.test("the values of a door are found through what it passes on", () => {
  const files = new Map([
    ["mod.js", `export * from "./lib/a.js"; export { b as c } from "x"; export * as d from "y";`],
    ["lib/a.js", "export const e = 1; export function f() {} export class G {} const h = 1;"],
  ]);
  assert.deepEqual(exportedValues("mod.js", files).sort(), ["G", "c", "d", "e", "f"]);
});
