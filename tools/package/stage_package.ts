/**
 * Writes the folder that becomes the package.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { compilePackage } from "./compile_package.ts";
import { dependenciesOf } from "./dependencies.ts";
import { exportedValues } from "./exported_values.ts";
import { doorsOf, manifestOf, programs, withoutDeno } from "./manifest.ts";
import { readProject } from "./project.ts";

/** Files and folders that go in as they are, but for programs in them. */
const copied: readonly string[] = [
  ...["pretrained", "docs", "README.md", "CHANGELOG.md", "LICENSE", "deno.lock"],
  // Pages, which browsers load as they are.
  ...["lib/serve/page", "lib/feedback/page", "lib/deploy/browser/page"],
  // What deployments copy.
  ...["lib/deploy/container", "lib/deploy/edge"],
];

/** What lets a shell run a command of the package. */
const shebang = "#!/usr/bin/env -S deno run --allow-all\n";

/** Writes the package of the project in `project` into the new folder `target`. */
export async function stagePackage(project: string, target: string): Promise<void> {
  const settings = await readProject(project);
  const doors = doorsOf(settings);
  const { files, imported } = await compilePackage(
    [...doors, ...Object.values(programs)],
    settings.imports,
    (path) => Deno.readTextFile(join(project, path)),
  );
  const manifest = manifestOf(settings, dependenciesOf(settings.imports, imported));
  const commands = doorsOf(settings, { commandsOnly: true })
    .map((path) => path.replace(/\.ts$/, ".js"));
  const all = new Map([
    ...[...files].map(([path, text]): [string, string] => [
      path,
      commands.includes(path) ? shebang + text : text,
    ]),
    ...doors.map((path): [string, string] => [
      withoutDeno(path),
      refusal(settings.name, exportedValues(path.replace(/\.ts$/, ".js"), files)),
    ]),
    ["package.json", `${JSON.stringify(manifest, null, 2)}\n`],
  ]);
  for (const [path, text] of all) {
    await Deno.mkdir(dirname(join(target, path)), { recursive: true });
    await Deno.writeTextFile(join(target, path), text);
  }
  for (const path of copied) await copy(join(project, path), join(target, path));
}

/**
 * A module with the names of a door, which throws before anybody can use one. Without the names an
 * import of one would fail first, and say nothing of Deno.
 */
function refusal(name: string, values: readonly string[]): string {
  const message = `${name} runs on Deno (https://deno.com), not on Node or in a browser: ` +
    "deno run --allow-all program.ts. The models that it writes need no Deno.";
  return [
    ...values.length > 0 ? [`export let ${values.join(", ")};`] : [],
    `throw new Error(${JSON.stringify(message)});`,
    "",
  ].join("\n");
}

async function copy(source: string, target: string): Promise<void> {
  if ((await Deno.stat(source)).isFile) {
    if (source.endsWith(".ts")) return;
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(source, target);
    return;
  }
  for await (const { name } of Deno.readDir(source)) {
    await copy(join(source, name), join(target, name));
  }
}
