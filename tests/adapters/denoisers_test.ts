import assert from "node:assert/strict";
import { families } from "../../lib/models/mod.ts";
import parity from "../golden/denoisers/parity.json" with { type: "json" };

Deno.test("PEFT and diffusers gave the results of denoisers that tunebook wrote", () => {
  const differences: Readonly<Record<string, number>> = parity.differences;
  const names: Readonly<Record<string, string>> = {
    dit: "dit",
    unet2d: "unet",
    unet2d_condition: "captioned",
  };
  for (const { modelType } of families.filter(({ component }) => component)) {
    assert.ok(`merged-${names[modelType]}` in differences, modelType);
    assert.ok(`adapter-lora-${names[modelType]}` in differences, modelType);
  }
  for (const [folder, difference] of Object.entries(differences)) {
    assert.ok(difference < parity.tolerance, `${folder} differs by ${difference}`);
  }
});
