/**
 * Whether tests of a GPU can run here. On a machine that is meant to have one, the variable `TUNEBOOK_GPU`
 * says what works there, `float32` or `float16` (which is both): what is lacking then fails.
 *
 * @module
 */
import { messageOf } from "../../../lib/core/errors.ts";
import { openDevice } from "../../../lib/engine/devices/open_device.ts";
import type { Precision } from "../../../lib/engine/precision.ts";

/** Why WebGPU cannot be tried here in this precision, or nothing. */
export async function gpuLack(precision: Precision = "float32"): Promise<string | undefined> {
  try {
    await openDevice("webgpu", { precision });
    return undefined;
  } catch (error) {
    const expected = Deno.env.get("TUNEBOOK_GPU");
    if (expected === "float16" || expected === precision) throw error;
    return messageOf(error).split("\n")[0];
  }
}
