import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DenoLock, pruneLock } from "../../../lib/deploy/server/prune_lock.ts";
import { serverImports, specifiersOf } from "../../../lib/deploy/server/server_packages.ts";
import { otherSystems } from "../../../lib/deploy/server/remove_other_systems.ts";
import { entryPoint } from "../../../lib/deploy/server/server_files.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";

const project = fileURLToPath(new URL("../../../", import.meta.url));

Deno.test("the server's packages are those that its modules import, and the page of endpoints", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entryPoint],
    cwd: project,
  }).output();
  const { modules, roots, redirects } = JSON.parse(new TextDecoder().decode(stdout));
  type Module = { specifier: string; dependencies?: { code?: { specifier: string } }[] };
  const bySpecifier = new Map((modules as Module[]).map((each) => [each.specifier, each]));
  // Packages are files below node_modules; what they import themselves is theirs.
  const inPackage = /\/node_modules\/((?:@[^/]+\/)?[^/.@][^/]*)\/(?!.*\/node_modules\/)/;
  const open: string[] = [...roots];
  const seen = new Set<string>();
  const found = new Set<string>();
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    const specifier = redirects[each] ?? each;
    const [, packageName] = inPackage.exec(specifier) ?? [];
    if (packageName) found.add(packageName);
    if (packageName || seen.has(specifier)) continue;
    seen.add(specifier);
    for (const { code } of bySpecifier.get(specifier)?.dependencies ?? []) {
      if (code) open.push(code.specifier);
    }
  }
  const { imports } = JSON.parse(await Deno.readTextFile(join(project, "deno.json")));
  const name = /^npm:((?:@[^/@]+\/)?[^/@]+)@/;
  const listed = specifiersOf(serverImports(imports)).map((each) => name.exec(each)![1]);
  assert.deepEqual(listed.sort(), [...found, "swagger-ui-dist"].sort());
  const folders = new Set(
    [...seen].filter((each) => each.startsWith("file:"))
      .map((each) => fileURLToPath(each).slice(project.length).split(/[/\\]/)[0]),
  );
  assert.deepEqual([...folders].sort(), ["datasets", "lib"]);
});

Deno.test("a lock file is cut down to some packages and what they need", () => {
  const lock: DenoLock = {
    version: "5",
    specifiers: {
      "npm:a@1.0.0": "1.0.0_b@2.0.0",
      "npm:c@3.0.0": "3.0.0",
      "npm:@types/a@1.0.0": "1.0.0",
    },
    npm: {
      "@types/a@1.0.0": {},
      "a@1.0.0_b@2.0.0": { integrity: "x", dependencies: ["b@2.0.0"], optionalDependencies: ["d"] },
      "b@1.0.0": {},
      "b@2.0.0": { dependencies: ["a@1.0.0_b@2.0.0"] },
      "c@3.0.0": { dependencies: ["b@1.0.0"] },
      "d@4.0.0": {},
    },
  };
  const pruned = pruneLock(lock, ["npm:a@1.0.0"], ["npm:@types/a@1.0.0"]);
  assert.deepEqual(Object.keys(pruned.npm), [
    "@types/a@1.0.0",
    "a@1.0.0_b@2.0.0",
    "b@2.0.0",
    "d@4.0.0",
  ]);
  assert.deepEqual(Object.keys(pruned.specifiers), ["npm:a@1.0.0", "npm:@types/a@1.0.0"]);
  assert.deepEqual(pruned.workspace, { dependencies: ["npm:a@1.0.0"] });
  assert.equal(pruned.npm["a@1.0.0_b@2.0.0"].integrity, "x");
  assert.throws(() => pruneLock(lock, ["npm:e@1.0.0"]), isMistake("data", "has no npm:e@1.0.0"));
  const twice = { ...lock, npm: { ...lock.npm, "d@5.0.0": {} } };
  assert.throws(() => pruneLock(twice, ["npm:a@1.0.0"]), isMistake("data", "has it twice"));
});

Deno.test("what is removed is what other systems need", () =>
  inFolder(async (folder) => {
    const runtime = "onnxruntime-node@1.30.0/node_modules/onnxruntime-node/bin/napi-v6";
    const alpine = "@img+sharp-linuxmusl-x64@0.35.5/node_modules/@img/sharp-linuxmusl-x64/lib";
    const kept = ["sharp@0.35.5", "@img+sharp-linux-x64@0.35.5"];
    const builds = ["darwin/arm64", "linux/arm64", "linux/x64", "win32/arm64", "win32/x64"];
    for (const each of [alpine, ...kept, ...builds.map((each) => `${runtime}/${each}`)]) {
      await Deno.mkdir(join(folder, each), { recursive: true });
    }
    const found = await otherSystems(folder, { os: "linux", arch: "x86_64" });
    assert.deepEqual(
      found.map((each) => each.replaceAll("\\", "/")),
      [alpine, ...["darwin", "linux/arm64", "win32"].map((each) => `${runtime}/${each}`)],
    );
    const others = await otherSystems(folder, { os: "darwin", arch: "aarch64" });
    assert.deepEqual(
      others.map((each) => each.replaceAll("\\", "/")),
      [alpine, ...["linux", "win32"].map((each) => `${runtime}/${each}`)],
    );
  }));
