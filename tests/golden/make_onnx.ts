/**
 * Writes the golden ONNX models to a folder, lets the ONNX checker see them, and keeps its verdict
 * with their checksums in `onnx.json`. Called with the Python that has the package `onnx`.
 *
 * @module
 */
import { join } from "node:path";
import { openOnnxFile } from "../../lib/engine/mod.ts";
import { tinyFeeds, tinyTrainee } from "../engine/devices/tiny_bert.ts";
import { digest, onnxModels } from "./onnx_models.ts";

const here = import.meta.dirname!;
const [python = "python3"] = Deno.args;
const folder = await Deno.makeTempDir();
const models: Record<string, { sha256: string; checked: boolean; difference?: number }> = {};
try {
  for (const { name, bytes, external, externalFile } of onnxModels()) {
    await Deno.mkdir(join(folder, name));
    await Deno.writeFile(join(folder, name, "model.onnx"), bytes);
    if (external.length > 0) {
      const file = await new Blob(external.map((make) => make() as Uint8Array<ArrayBuffer>))
        .arrayBuffer();
      await Deno.writeFile(join(folder, name, externalFile), new Uint8Array(file));
    }
    if (name.startsWith("forward")) await writeExpected(join(folder, name));
  }
  const { files } = JSON.parse(await run(join(here, "check_onnx.py"), folder));
  for (const model of onnxModels()) {
    const file = files.find(({ path }: { path: string }) =>
      path === join(folder, model.name, "model.onnx")
    );
    models[model.name] = {
      sha256: await digest(model),
      checked: file.ok,
      ...(file.difference === undefined ? {} : { difference: file.difference }),
    };
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
const onnx = (await run("-c", "import onnx; print(onnx.__version__)")).trim();
await Deno.writeTextFile(
  join(here, "onnx.json"),
  JSON.stringify({ versions: { onnx }, models }, null, 2) + "\n",
);

async function run(...args: string[]): Promise<string> {
  const { code, stdout } = await new Deno.Command(python, { args, stderr: "inherit" }).output();
  const text = new TextDecoder().decode(stdout);
  if (code === 0) return text;
  console.error(text);
  return Deno.exit(code);
}

/** What ONNX Runtime gives for a batch, for ONNX's reference implementation to agree with. */
async function writeExpected(path: string): Promise<void> {
  const feeds = tinyFeeds(tinyTrainee(), 1);
  const names = ["input_ids", "attention_mask", "token_type_ids"];
  const inputs = Object.fromEntries(
    names.map((name) => [name, {
      type: "int64",
      shape: feeds[name].shape,
      data: [...feeds[name].data],
    }]),
  );
  const session = await openOnnxFile(join(path, "model.onnx"));
  const { logits } = await session.run(
    Object.fromEntries(names.map((name) => [name, feeds[name]])),
  );
  await session.dispose();
  const outputs = {
    logits: { type: "float32", shape: logits.shape, data: [...logits.data] },
  };
  await Deno.writeTextFile(join(path, "expected.json"), JSON.stringify({ inputs, outputs }));
}
