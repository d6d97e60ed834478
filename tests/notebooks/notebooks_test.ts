import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execute, jupyterOrReason, kernelTest } from "./execute.ts";
import { expectations } from "./expectations.ts";
import { codeCells, type NotebookFile, readNotebook, streamText, textOf } from "./notebook_file.ts";
import { translatedNumbers } from "./translated_numbers.ts";
import { hasCodeOf, notebookPaths, originalOf } from "./translation.ts";

const address = new URL("../../notebooks/", import.meta.url);
const folder = fileURLToPath(address);
const jupyter = await jupyterOrReason();
const names = await notebookPaths(address);
/** With `--all`, translations run too. */
const runsAll = Deno.args.includes("--all");
/** With `--odd` or `--even` only every second notebook runs, so that two processes share them. */
const wanted = names.filter((_, index) =>
  !Deno.args.includes(index % 2 === 0 ? "--odd" : "--even")
);
/** The images of charts, and of small histograms in tables. */
const image = /data:image\/(svg\+xml|png)|<svg|"image\/png"/g;

/** Everything that a notebook shows as plain text. */
function plainText(book: NotebookFile): string {
  return codeCells(book).flatMap((cell) => [
    streamText(cell),
    ...(cell.outputs ?? []).map(({ data }) => textOf(data?.["text/plain"] as string | undefined)),
  ]).join("\n");
}

/** A cell that ends without a semicolon or a block shows its last value. */
function showsValue(source: string): boolean {
  return /[^;}\s]$/.test(source.trimEnd()) && !/\/\/[^\n]*$/.test(source.trimEnd());
}

/** A translation has the code of its original; what it does has been seen when that has run. */
async function isSeen(name: string): Promise<boolean> {
  const original = originalOf(name);
  if (original === name || !names.includes(original)) return false;
  const [translated, first] = await Promise.all(
    [name, original].map((each) => readNotebook(join(folder, each))),
  );
  return hasCodeOf(translated, first);
}

for (const name of wanted) {
  const title = `${name} runs, and shows what it should`;
  if (!runsAll && await isSeen(name)) {
    Deno.test({ name: `${title} (deno task ok --all runs it)`, ignore: true, fn() {} });
    continue;
  }
  kernelTest(jupyter, title, async (ready) => {
    const file = join(folder, name);
    const [book] = await execute(ready, [file], { cwd: dirname(file) });
    for (const cell of codeCells(book)) {
      const { outputs = [] } = cell;
      const source = textOf(cell.source);
      const types = outputs.map(({ output_type }) => output_type);
      assert.ok(!types.includes("error"), `${source}\n${JSON.stringify(outputs)}`);
      if (showsValue(source)) {
        assert.ok(types.includes("execute_result"), `nothing below ${source}`);
      }
    }
    const titleOf = (path: string) => path.replace(/\.ipynb$/, "");
    const numbers = translatedNumbers[titleOf(name)];
    const expected = {
      ...expectations[titleOf(originalOf(name))],
      ...(numbers ? { numbers } : {}),
    };
    assert.ok(expected.images, `say in expectations.ts what ${name} must show`);
    const all = JSON.stringify(codeCells(book).map(({ outputs }) => outputs));
    const images = all.match(image)?.length ?? 0;
    assert.ok(images >= expected.images, `${images} images`);
    const text = plainText(book);
    for (const pattern of expected.texts ?? []) assert.match(text, pattern);
    for (const { pattern, atLeast, atMost } of expected.numbers ?? []) {
      const number = Number(pattern.exec(text)?.[1].replaceAll(",", ""));
      assert.ok(number >= atLeast && number <= atMost, `${pattern} is ${number}`);
    }
  });
}
