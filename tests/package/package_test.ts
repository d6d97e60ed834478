import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dataSets } from "tunebook/datasets";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import { compilePackage } from "../../tools/package/compile_package.ts";
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

/** One step, out of the package: a door, a worker of the package, another door. */
const program = `import { head, model, tableFromColumns } from "@tunebook/tunebook";
import { dataSets } from "@tunebook/tunebook/datasets";
import { finetune } from "@tunebook/tunebook/finetune";
import { notebook } from "@tunebook/tunebook/notebook";

const rows = tableFromColumns(JSON.parse(Deno.args[1]));
const result = await model(Deno.args[0])
  .data(rows, { text: "text", label: "mood", test: 4 })
  .adapt(head())
  .train({ epochs: 1 })
  .run({ quiet: true });
console.log(result.losses.every(Number.isFinite), Object.keys(dataSets).length, notebook.isNotebook);
await result.dispose();
Deno.exit(await finetune(["--nothing"]));
`;

Deno.test("the whole package compiles, says what it needs, and trains out of node_modules", () =>
  inFolder(async (folder) => {
    const modules = join(folder, "node_modules");
    const target = join(modules, "@tunebook", "tunebook");
    await stagePackage(project, target);
    const manifest = JSON.parse(await Deno.readTextFile(join(target, "package.json")));
    // All that the page of the server imports, from folder to folder.
    const { tasks } = await import(join(target, "lib/serve/page/tasks/mod.js"));
    assert.ok(tasks.size > 0);
    await Deno.stat(join(target, "lib/serve/page/index.html"));

    const { dependencies, peerDependencies, peerDependenciesMeta } = manifest;
    const all: Record<string, string> = { ...dependencies, ...peerDependencies };
    for (const version of Object.values(all)) assert.match(version, /^\d+\.\d+\.\d+$/);
    for (const name of Object.keys(peerDependencies)) {
      assert.deepEqual(peerDependenciesMeta[name], { optional: true });
      assert.ok(!Object.hasOwn(dependencies, name), name);
    }
    const { imports } = JSON.parse(await Deno.readTextFile(join(project, "deno.json")));
    for (const [name, { card }] of Object.entries(dataSets)) {
      const needed = card.package;
      if (!needed || !Object.hasOwn(imports, needed.name)) continue;
      assert.equal(all[needed.name], needed.version, `${name} has its package`);
    }

    // What the package needs is installed in the project.
    for (const name of Object.keys(dependencies)) {
      await Deno.mkdir(join(modules, name, ".."), { recursive: true });
      await Deno.symlink(join(project, "node_modules", name), join(modules, name));
    }
    await Deno.writeTextFile(
      join(folder, "package.json"),
      JSON.stringify({ dependencies: { [manifest.name]: manifest.version } }),
    );
    await Deno.writeTextFile(join(folder, "program.ts"), program);
    const table = moods(12);
    const columns = Object.fromEntries(
      ["text", "mood"].map((name) => [name, table.array(name)]),
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--allow-all", "--no-lock", "program.ts"],
        ...[await tinyModel(join(folder, "model")), JSON.stringify(columns)],
      ],
      cwd: folder,
    }).output();
    const text = new TextDecoder();
    const errors = text.decode(stderr);
    assert.equal(
      text.decode(stdout).trim(),
      `true ${Object.keys(dataSets).length} false`,
      errors,
    );
    assert.match(errors, /^error: [^]*--nothing/);
    assert.equal(code, 2, errors);
  }));
