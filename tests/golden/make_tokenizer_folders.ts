/**
 * Writes tokenizer_folders.json: the ids that transformers gives with the tokenizer files which
 * tunebook deploys.
 *
 * @module
 */
import { join } from "node:path";
import { cases, deployed, digest, texts } from "../deploy/tokenizer_folder_cases.ts";

const here = import.meta.dirname!;
const [python] = Deno.args;
const place = await Deno.makeTempDir();
try {
  const folders: Record<string, string> = {};
  for (const [name, each] of Object.entries(cases)) {
    const folder = folders[name] = join(place, String(Object.keys(folders).length));
    const { files } = await deployed(each);
    await Deno.mkdir(folder);
    await write(folder, "tokenizer.json", files.tokenizer);
    await write(folder, "tokenizer_config.json", files.settings);
    await write(folder, "config.json", { model_type: each.use.modelType });
  }
  await write(place, "asked.json", { texts, folders });
  const script = join(here, "check_tokenizer_folders.py");
  const { code, stdout, stderr } = await new Deno.Command(python, {
    args: [script, join(place, "asked.json")],
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  const read = JSON.parse(new TextDecoder().decode(stdout));
  for (const [name, each] of Object.entries(cases)) {
    const { settings, tokenizer } = (await deployed(each)).files;
    Object.assign(read.folders[name], { settings, tokenizer: await digest(tokenizer) });
  }
  await write(here, "tokenizer_folders.json", read);
} finally {
  await Deno.remove(place, { recursive: true });
}

async function write(folder: string, name: string, content: unknown): Promise<void> {
  await Deno.writeTextFile(join(folder, name), JSON.stringify(content));
}
