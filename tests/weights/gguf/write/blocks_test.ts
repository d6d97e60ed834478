import assert from "node:assert/strict";
import { openSafetensors } from "tunebook";
import { writtenFormats } from "../../../../lib/weights/gguf/write/written_formats.ts";
import { goldenPath } from "../../../models/golden.ts";

for (const name of ["Q8_0", "Q4_0"] as const) {
  Deno.test(`${name} has the bits of the Python package gguf`, async () => {
    using golden = await openSafetensors(goldenPath("gguf_write/blocks.safetensors"));
    const numbers = await golden.readFloat32("numbers");
    const { bytes } = await golden.read(name);
    assert.deepEqual(writtenFormats[name].fromFloat32(numbers), new Uint8Array(bytes));
  });
}
