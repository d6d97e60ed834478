/**
 * The layers of the project: a file imports from its own folder or from a folder of a lower layer,
 * and no two files import each other. Beside it: an exported name stands in one file, and functions
 * are short enough to be read.
 */
import assert from "node:assert/strict";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { exportedNames, functionLengths, importCircles } from "./code_structure.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const layers: readonly (readonly string[])[] = [
  ["core"],
  ["engine", "table", "text", "image", "chart", "http", "parallel", "track"],
  ["nn", "weights", "data", "datasets"],
  ["models", "adapters", "tasks", "metrics"],
  ["train", "generate", "evaluate", "combine", "deploy"],
  ["serve", "reinforce", "feedback", "search"],
  ["pipeline"],
  ["cli", "notebook"],
];
const layerOf = new Map(layers.flatMap((names, layer) => names.map((name) => [name, layer])));

/** Package → the only folders that may import it. */
const owners: readonly [packages: RegExp, ...folders: string[]][] = [
  [/^(@tensorflow\/|onnxruntime|onnx-proto)/, "engine"],
  [/^(arquero|@uwdata\/flechette|hyparquet)/, "table"],
  [/^(@huggingface\/(transformers|tokenizers)|oniguruma-to-es)/, "text"],
  [/^(sharp|@jsquash\/|fast-png)/, "image"],
  [/^(yaml|fast-xml-parser)/, "data"],
  [/^(vega|ml-pca|umap-js)/, "chart"],
  [/^(crc-32|protobufjs)/, "track"],
  [/^hono/, "serve", "feedback", "http"],
  [/^(@hono\/|zod|prom-client|franc-min)/, "serve"],
];

/** Lines of the longest function. */
const maxFunctionLines = 100;

/**
 * What does not hold yet. The lists only get shorter: an entry that is no longer needed fails.
 * Circles are named by their first file.
 */
const knownCircles: readonly string[] = [];
const knownTwice: readonly string[] = [];
const knownLong: readonly string[] = [];

interface Import {
  /** Relative to the project, with forward slashes. */
  readonly file: string;
  /** As it is written. */
  readonly specifier: string;
}

async function* sources(folder: string): AsyncIterable<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sources(join(folder, name));
    else if (name.endsWith(".ts")) yield join(folder, name);
  }
}

/** Static and dynamic imports, exports from, and side-effect imports; comments are no code. */
function specifiersOf(text: string): string[] {
  const code = text.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  const statement = /^\s*(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']/gm;
  const plain = /^\s*import\s*["']([^"']+)["']/gm;
  const call = /\bimport\(\s*["']([^"']+)["']\s*\)/g;
  const types = /@ts-types="([^"]+)"/g;
  return [
    ...[statement, plain, call].flatMap((pattern) => [...code.matchAll(pattern)]),
    ...text.matchAll(types),
  ].map(([, specifier]) => specifier);
}

/** File → its text, for the doors, lib and datasets. */
async function allTexts(): Promise<Map<string, string>> {
  const mod = join(root, "mod.ts");
  const doors = [...(await Deno.readTextFile(mod)).matchAll(/^export \* from "(.+)";$/gm)];
  const files = [mod, ...doors.map(([, door]) => join(root, door))];
  for (const folder of ["lib", "datasets"]) {
    files.push(...await Array.fromAsync(sources(join(root, folder))));
  }
  const read = files.map(async (path) => [nameOf(path), await Deno.readTextFile(path)] as const);
  return new Map(await Promise.all(read));
}

const nameOf = (path: string) => relative(root, path).replaceAll("\\", "/");
/** The file that a relative import of `file` means. */
const targetOf = ({ file, specifier }: Import) => nameOf(resolve(root, dirname(file), specifier));

/** `lib/<folder>/…` → `<folder>`; `datasets` counts as one of them; `undefined` elsewhere. */
function folderOf(path: string): string | undefined {
  const parts = path.split("/");
  if (parts[0] === "datasets") return "datasets";
  return parts[0] === "lib" && parts.length > 2 ? parts[1] : undefined;
}

const isRelative = (specifier: string) => /^\.\.?\//.test(specifier);
const texts = await allTexts();
const imports = [...texts].flatMap(([file, text]) =>
  specifiersOf(text).map((specifier): Import => ({ file, specifier }))
);

Deno.test("every folder of lib has a layer", () => {
  const folders = new Set(imports.map(({ file }) => folderOf(file)));
  folders.delete(undefined);
  assert.ok(folders.size > 1);
  assert.deepEqual([...folders].filter((folder) => !layerOf.has(folder!)), []);
});

Deno.test("a file imports from its own folder or from a lower layer", () => {
  const wrong = imports.filter((each) => {
    const from = folderOf(each.file);
    if (from === undefined || !isRelative(each.specifier)) return false;
    const to = folderOf(targetOf(each));
    if (to === from) return false;
    return to === undefined || !(layerOf.get(to)! < layerOf.get(from)!);
  });
  assert.deepEqual(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`), []);
});

Deno.test("no file of lib imports the door of the project", () => {
  const wrong = imports.filter(({ file, specifier }) =>
    folderOf(file) !== undefined && specifier.startsWith("tunebook")
  );
  assert.deepEqual(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`), []);
});

Deno.test("no file of lib changes the globals of programs that import it, which cannot be published", async () => {
  const wrong: string[] = [];
  for await (const file of sources(join(root, "lib"))) {
    if (/^\/\/\/ ?<reference/m.test(await Deno.readTextFile(file))) {
      wrong.push(relative(root, file));
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("a package has few folders that import it", () => {
  const wrong = imports.filter(({ file, specifier }) => {
    const bare = specifier.replace(/^npm:/, "");
    return owners.some(([packages, ...folders]) =>
      packages.test(bare) && !folders.includes(folderOf(file)!)
    );
  });
  assert.deepEqual(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`), []);
  for (const [packages, ...folders] of owners) {
    for (const folder of folders) {
      const isUsed = imports.some(({ file, specifier }) =>
        packages.test(specifier.replace(/^npm:/, "")) && folderOf(file) === folder
      );
      assert.ok(isUsed, `nothing in lib/${folder} imports ${packages}`);
    }
  }
});

Deno.test("no two files import each other in a circle, types included", () => {
  const graph = new Map([...texts.keys()].map((file) => [file, [] as string[]]));
  for (const each of imports) {
    if (isRelative(each.specifier)) graph.get(each.file)!.push(targetOf(each));
  }
  const circles = importCircles(graph);
  assert.deepEqual(circles.filter(([first]) => !knownCircles.includes(first)), []);
  const left = circles.map(([first]) => first);
  assert.deepEqual(
    knownCircles.filter((first) => !left.includes(first)),
    [],
    "take it off the list",
  );
});

Deno.test("an exported name is defined in one file", () => {
  const homes = new Map<string, string[]>();
  for (const [file, text] of texts) {
    for (const name of exportedNames(text)) homes.set(name, [...homes.get(name) ?? [], file]);
  }
  const twice = [...homes].filter(([, files]) => files.length > 1);
  const wrong = twice.filter(([name]) => !knownTwice.includes(name));
  assert.deepEqual(wrong.map(([name, files]) => `${name}: ${files.join(", ")}`), []);
  const left = twice.map(([name]) => name);
  assert.deepEqual(knownTwice.filter((name) => !left.includes(name)), [], "take it off the list");
});

Deno.test("no function is longer than a hundred lines", () => {
  const long = [...texts].flatMap(([file, text]) =>
    functionLengths(text).filter(({ lines }) => lines > maxFunctionLines)
      .map(({ name, lines }) => ({ at: `${file}: ${name}`, lines }))
  );
  assert.deepEqual(long.filter(({ at }) => !knownLong.includes(at)), []);
  const left = long.map(({ at }) => at);
  assert.deepEqual(knownLong.filter((at) => !left.includes(at)), [], "take it off the list");
});
