import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../../", import.meta.url));

/** The values that a module exports from other files: name and file. Types are left out. */
async function exportsOf(module: string): Promise<{ name: string; file: string }[]> {
  const path = join(project, module);
  const text = await Deno.readTextFile(path);
  const doors = [...text.matchAll(/^export \* from "([^"]+)";/gm)].map(([, from]) =>
    exportsOf(from)
  );
  const own = [...text.matchAll(/^export \{([^}]*)\} from "([^"]+)";/gm)].flatMap((
    [, names, from],
  ) =>
    names.split(",").map((name) => name.trim()).filter((name) => name && !name.startsWith("type "))
      .map((name) => ({ name, file: relative(project, join(dirname(path), from)) }))
  );
  return [...own, ...(await Promise.all(doors)).flat()];
}

/** The comment right above the declaration of `name`, or above what the linter is told of it. */
function docOf(text: string, name: string): string {
  const declared = new RegExp(
    `/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n(?://.*\\n)*export (?:async )?(?:function|const|class|\\* as) ${name}\\b`,
  );
  return declared.exec(text)?.[1] ?? "";
}

Deno.test("every public value has an example, which the doc tests run", async () => {
  const values = [...await exportsOf("mod.ts"), ...await exportsOf("datasets/mod.ts")];
  assert.ok(values.length > 30, `only ${values.length} exports found`);
  const lacking: string[] = [];
  for (const { name, file } of values) {
    const doc = docOf(await Deno.readTextFile(join(project, file)), name);
    if (!/@example\n \* ```ts\n/.test(doc)) lacking.push(`${name} in ${file}`);
  }
  assert.deepEqual(lacking, []);
});
