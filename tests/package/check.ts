/**
 * `deno task package:check`: makes the package and installs it into empty projects in each way in which
 * a person can; runs the README's code, the command line, a comparison and a notebook there, with and
 * without a network, and prints sizes and seconds. It downloads all that the package needs, three
 * times. `--package` takes a package that was made before.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { packPackage } from "../../tools/package/pack_package.ts";
import { checkProject, type ProjectFigures } from "./check_project.ts";
import { serveTarball } from "./registry.ts";
import { installations } from "./installations.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { package: { type: "string" } },
});
const names = installations.map(({ name }) => name);
if (positionals.some((each) => !names.includes(each))) {
  console.error(`usage: deno task package:check [--package FILE] [${names.join(" | ")}]…`);
  Deno.exit(2);
}
const chosen = installations.filter(({ name }) =>
  positionals.length === 0 || positionals.includes(name)
);
const folder = await Deno.makeTempDir({ prefix: "tunebook-packed-" });
try {
  const file = values.package ?? (await packPackage(project, folder)).file;
  await using registry = await serveTarball(file);
  const rows: ProjectFigures[] = [];
  for (const each of chosen) rows.push(await checkProject(each, registry.npmrc));
  assert.ok(rows.length > 0);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  console.log(`the package: ${megabytes((await Deno.stat(file)).size)} MB packed`);
  console.log("| installation | MB loaded | MB on the disk | s to install | s to the first step |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const { name, bytes, downloadedBytes, installSeconds, firstStepSeconds } of rows) {
    const loaded = downloadedBytes === undefined ? "" : megabytes(downloadedBytes);
    const seconds = [installSeconds, firstStepSeconds].map((each) => each.toFixed(1)).join(" | ");
    console.log(`| ${name} | ${loaded} | ${megabytes(bytes)} | ${seconds} |`);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
