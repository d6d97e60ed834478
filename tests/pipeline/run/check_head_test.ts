import assert from "node:assert/strict";
import { join } from "node:path";
import { adapter, lora, model, peft } from "tunebook";
import { configFile, readPeftFiles } from "../../../lib/adapters/peft/files.ts";
import { writeSafetensors } from "../../../lib/weights/write_safetensors.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const quiet = { quiet: true };

Deno.test("an adapter without a head is trained on, but not scored with a random one", () =>
  inFolder(async (folder) => {
    const out = join(folder, "adapter");
    const data = model(await tinyModel(join(folder, "base")))
      .data(moods(60), { text: "text", label: "mood" });
    const first = await data.adapt(lora({ rank: 2 })).train({ epochs: 1 })
      .deploy(adapter(out)).run(quiet);
    await first.dispose();
    await withoutHead(out);
    const scored = data.adapt(peft(out)).train({ epochs: 0 }).run(quiet);
    await assert.rejects(scored, isMistake("weights", "classifier.weight", "epochs above 0"));
    const trained = await data.adapt(peft(out)).train({ epochs: 1 }).run(quiet);
    await trained.dispose();
  }));

/** Makes an adapter's folder what PEFT writes for a model without a head. */
async function withoutHead(folder: string): Promise<void> {
  const { config, tensors, path } = await readPeftFiles(folder);
  await writeSafetensors(
    path,
    [...tensors].filter(([name]) => !name.includes("classifier"))
      .map(([name, tensor]) => ({ name, dtype: "F32", ...tensor })),
    { format: "pt" },
  );
  const plain = { ...config, modules_to_save: null };
  await Deno.writeTextFile(join(folder, configFile), JSON.stringify(plain));
}
