/**
 * The layers of the project: a file imports from its own folder or from a folder of a lower layer.
 */
import assert from "node:assert/strict";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const layers: readonly (readonly string[])[] = [
  ["core"],
  ["engine", "table", "text", "image", "chart"],
  ["nn", "weights", "data", "datasets"],
  ["models", "adapters", "tasks", "metrics"],
  ["train", "evaluate", "deploy"],
  ["pipeline"],
  ["cli", "notebook"],
];
const layerOf = new Map(layers.flatMap((names, layer) => names.map((name) => [name, layer])));

/** Package → the only folder that may import it. */
const owners: readonly [packages: RegExp, folder: string][] = [
  [/^(@tensorflow\/|onnxruntime|onnx-proto)/, "engine"],
  [/^(arquero|@uwdata\/flechette|hyparquet)/, "table"],
  [/^@huggingface\/(transformers|tokenizers)/, "text"],
  [/^(vega|ml-pca|umap-js)/, "chart"],
];

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

async function allImports(): Promise<Import[]> {
  const found: Import[] = [];
  const files = [join(root, "mod.ts")];
  for (const folder of ["lib", "datasets"]) {
    files.push(...await Array.fromAsync(sources(join(root, folder))));
  }
  for (const path of files) {
    const file = relative(root, path).replaceAll("\\", "/");
    for (const specifier of specifiersOf(await Deno.readTextFile(path))) {
      found.push({ file, specifier });
    }
  }
  return found;
}

/** `lib/<folder>/…` → `<folder>`; `datasets` counts as one of them; `undefined` elsewhere. */
function folderOf(path: string): string | undefined {
  const parts = path.split("/");
  if (parts[0] === "datasets") return "datasets";
  return parts[0] === "lib" && parts.length > 2 ? parts[1] : undefined;
}

const isRelative = (specifier: string) => /^\.\.?\//.test(specifier);
const imports = await allImports();

Deno.test("every folder of lib has a layer", () => {
  const folders = new Set(imports.map(({ file }) => folderOf(file)));
  folders.delete(undefined);
  assert.ok(folders.size > 1);
  assert.deepEqual([...folders].filter((folder) => !layerOf.has(folder!)), []);
});

Deno.test("a file imports from its own folder or from a lower layer", () => {
  const wrong = imports.filter(({ file, specifier }) => {
    const from = folderOf(file);
    if (from === undefined || !isRelative(specifier)) return false;
    const target = relative(root, resolve(root, dirname(file), specifier)).replaceAll("\\", "/");
    const to = folderOf(target);
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

Deno.test("a package has one folder that imports it", () => {
  const wrong = imports.filter(({ file, specifier }) => {
    const bare = specifier.replace(/^npm:/, "");
    return owners.some(([packages, folder]) => packages.test(bare) && folderOf(file) !== folder);
  });
  assert.deepEqual(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`), []);
  for (const [packages, folder] of owners) {
    const isUsed = imports.some(({ file, specifier }) =>
      packages.test(specifier.replace(/^npm:/, "")) && folderOf(file) === folder
    );
    assert.ok(isUsed, `nothing in lib/${folder} imports ${packages}`);
  }
});
