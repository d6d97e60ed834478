import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tunebook from "tunebook";
import { taskOf, tasks } from "../../lib/tasks/mod.ts";

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
const glossary = await Deno.readTextFile(join(docs, "glossary.md"));
/** Heading → what stands below it, up to the next heading. */
const sections = new Map(
  glossary.split(/^#+ /m).slice(1).map((section) => [section.split("\n", 1)[0], section]),
);

/** The names in the first column. */
function namesIn(section: string): string[] {
  const cells = section.split("\n").filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|")[1]);
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
}

Deno.test("every setting of the glossary is one of the files that its section links to", async () => {
  let count = 0;
  for (const [heading, section] of sections) {
    const files = [...section.matchAll(/\]\((\.\.\/lib\/[^)]+)\)/g)].map(([, path]) => path);
    if (files.length === 0) continue;
    const texts = await Promise.all(files.map((path) => Deno.readTextFile(join(docs, path))));
    for (const name of namesIn(section)) {
      const isThere = texts.some((text) => new RegExp(`^  readonly ${name}\\?:`, "m").test(text));
      assert.ok(isThere, `${heading}: there is no setting ${name} in ${files.join(", ")}`);
      count++;
    }
  }
  assert.ok(count > 60, `only ${count} settings found`);
});

Deno.test("every setting of a training is in the glossary", async () => {
  const path = join(docs, "../lib/train/train_options.ts");
  const [options] = (await Deno.readTextFile(path)).split("/** Options that mean", 1);
  const names = [...options.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name]) => name);
  assert.ok(names.length > 20);
  const known = namesIn(sections.get("Training")!);
  assert.deepEqual(names.filter((name) => !known.includes(name)), []);
});

Deno.test("the glossary has every task, with its name in plans", () => {
  const rows = [...sections.get("Tasks")!.matchAll(/^\| `(\w+)` \| `([\w-]+)` \| `/gm)];
  assert.deepEqual(rows.map(([, , name]) => name).sort(), Object.keys(tasks).sort());
  for (const [, made] of rows) assert.ok(made in tunebook, made);
  assert.throws(() => taskOf("none", {}), { message: /there is no task "none"/ });
});
