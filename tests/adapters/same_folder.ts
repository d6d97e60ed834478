/**
 * Whether two PEFT folders hold the same adapter.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { configFile, tensorFile } from "../../lib/adapters/peft/files.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";

/** `adapter_config.json` of a PEFT folder. */
export async function configIn(folder: string): Promise<Record<string, unknown>> {
  return JSON.parse(await Deno.readTextFile(join(folder, configFile)));
}

/** The same fields, but for the base's own path, and the same tensors. */
export async function assertSameFolder(folder: string, source: string): Promise<void> {
  const { base_model_name_or_path: _, ...fields } = await configIn(folder);
  const { base_model_name_or_path: __, ...wanted } = await configIn(source);
  assert.deepEqual(fields, wanted);
  using before = await openSafetensors(join(source, tensorFile));
  using after = await openSafetensors(join(folder, tensorFile));
  assert.deepEqual([...after.tensors.keys()].sort(), [...before.tensors.keys()].sort());
  for (const tensor of before.tensors.keys()) {
    assert.deepEqual(await after.read(tensor), await before.read(tensor), tensor);
  }
}
