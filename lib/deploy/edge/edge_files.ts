/**
 * The files of a server at the edge beside its model.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../../core/atomic.ts";
import { copyRuntime } from "../browser/runtime.ts";
import { readOwnFile } from "../browser/own_file.ts";
import type { PageSettings } from "../browser/page_settings.ts";
import { listFiles } from "../list_files.ts";

/** Bytes are imported with an attribute that Deno still calls unstable. */
const config = {
  unstable: ["raw-imports"],
  tasks: { start: "deno run --allow-net main.js" },
};

/** Writes them into a folder that has the model in `model`. */
export async function writeEdge(
  folder: string,
  settings: PageSettings,
  { title }: { readonly title: string },
): Promise<void> {
  const plain = {
    "answers.js": "page/answers.js",
    "handler.js": "../edge/handler.js",
    "main.js": "../edge/main.js",
    "without_node.js": "../edge/without_node.js",
  };
  for (const [name, from] of Object.entries(plain)) {
    await writeFileAtomic(join(folder, name), await readOwnFile(from));
  }
  await copyRuntime(folder, [""]);
  const isEmbedded = (path: string) => path.startsWith("model/") || /\/ort-/.test(path);
  const paths = (await listFiles(folder)).map(({ path }) => path).filter(isEmbedded);
  const imports = paths.map((path, at) =>
    `import file${at} from ${JSON.stringify(`./${path}`)} with { type: "bytes" };`
  );
  const files = paths.map((path, at) => `  ${JSON.stringify(path)}: file${at},`);
  const model = (await readOwnFile("../edge/model.js"))
    .replace("__IMPORTS__", () => imports.join("\n"))
    .replace("__FILES__", () => `{\n${files.join("\n")}\n}`);
  await writeFileAtomic(join(folder, "model.js"), model);
  const json = (content: unknown) => JSON.stringify(content, null, 2) + "\n";
  await writeFileAtomic(join(folder, "settings.json"), json({ ...settings, title }));
  await writeFileAtomic(join(folder, "deno.json"), json(config));
}
