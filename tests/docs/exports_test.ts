/**
 * Parts of one's own import from "tunebook" only: the code of the guide, the toys of the tests, and
 * the types that public names speak of.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../../", import.meta.url));

/** What stands behind `from` in the code. */
const importsOf = (code: string) => [...code.matchAll(/ from "([^"]+)";/g)].map(([, from]) => from);
const isPublic = (specifier: string) => /^(tunebook|tunebook\/[a-z]+|node:.*)$/.test(specifier);

Deno.test("every area of mod.ts can be imported by itself, published and out of a clone", async () => {
  const mod = await Deno.readTextFile(join(project, "mod.ts"));
  const areas = [...mod.matchAll(/^export \* from "\.\/(\w+)\.ts";$/gm)].map(([, area]) => area);
  assert.ok(areas.length > 10);
  const { exports, imports, publish } = JSON.parse(
    await Deno.readTextFile(join(project, "deno.json")),
  );
  const others = ["datasets", "notebook", "finetune"];
  assert.deepEqual(
    Object.keys(exports),
    [".", ...[...areas, ...others].map((name) => `./${name}`)],
  );
  for (const area of areas) {
    assert.equal(exports[`./${area}`], `./${area}.ts`);
    assert.equal(imports[`tunebook/${area}`], `./${area}.ts`);
    assert.ok(publish.include.includes(`${area}.ts`), area);
  }
});

Deno.test("the guide shows a task, a metric, a method and a family, from the public door", async () => {
  const guide = await Deno.readTextFile(join(project, "docs/extending.md"));
  const blocks = [...guide.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code);
  for (const contract of ["LabelledTask<", "metric(", ": Method {", ": Family<"]) {
    assert.ok(blocks.some((code) => code.includes(contract)), `no code with ${contract}`);
  }
  // `deno test --doc docs` runs them; a block that is not run says `ts ignore`.
  assert.doesNotMatch(guide, /^```(ts|js) ignore/m);
  assert.deepEqual(blocks.flatMap(importsOf).filter((each) => !isPublic(each)), []);
});

Deno.test("the toy tasks and the toy family of the tests need nothing but the public door", async () => {
  const toys = ["tasks/toy_image_task.ts", "tasks/toy_text_task.ts", "models/toy_image_family.ts"];
  for (const toy of toys) {
    const specifiers = importsOf(await Deno.readTextFile(join(project, "tests", toy)));
    assert.ok(specifiers.includes("tunebook"), toy);
    assert.deepEqual(specifiers.filter((each) => !isPublic(each)), [], toy);
  }
});

/** What public types speak of and nobody needs a name for. */
const nameless: readonly string[] = [
  // The tables whose keys are a union of names.
  ...["distanceNames", "poolingNames"],
  // Steps of a type's computation, the key of a notebook's display, the mark of what a search varies.
  ...["OneOf", "ValueOf", "jupyterDisplay", "suggests"],
];

Deno.test("a public type speaks of public types, and every public name is described", async () => {
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", "mod.ts", "datasets/mod.ts", "notebook.ts", "lib/cli/finetune.ts"],
    cwd: project,
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  const found = new TextDecoder().decode(stderr).split(/^error/m).slice(1)
    .filter((each) => !each.includes("node_modules"));
  assert.ok(found.length > 0, "nothing was read");
  const hidden = found.flatMap((each) =>
    /public type '(.+)' references private type '(\w+)'/.exec(each)?.slice(1, 3).join(" → ") ?? []
  );
  const known = hidden.filter((each) => nameless.some((name) => each.endsWith(` → ${name}`)));
  assert.deepEqual(hidden.filter((each) => !known.includes(each)), []);
  const unused = nameless.filter((name) => !known.some((each) => each.endsWith(` → ${name}`)));
  assert.deepEqual(unused, [], "take it off the list");

  // Members without a comment may say all by their names; what is exported may not.
  const bare = found.filter((each) => each.startsWith("[missing-jsdoc]"))
    .flatMap((each) =>
      /^ *\d+ \| export .*?(?:const|function|class|type|interface) (\w+)/m.exec(each)?.[1] ?? []
    );
  // Overloads after the first are described by it.
  assert.deepEqual([...new Set(bare)].filter((name) => name !== "sentenceEmbeddings"), []);
});
