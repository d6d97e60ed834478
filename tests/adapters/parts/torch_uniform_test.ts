import assert from "node:assert/strict";
import { torchUniform } from "../../../lib/adapters/parts/torch_uniform.ts";
import { readGolden } from "../../models/golden.ts";

Deno.test("the numbers are PyTorch's, to the last bit", async () => {
  const golden = await readGolden("methods/vera-bert/adapter_model.safetensors");
  const [a, b] = [golden["base_model.vera_A"], golden["base_model.vera_B"]];
  const bounds = [a, b].map(({ shape }) => Math.sqrt(3) * (Math.SQRT2 / Math.sqrt(shape[1])));
  const key = 3;
  const made = torchUniform(key, [a.data.length, b.data.length], bounds);
  assert.deepEqual(made[0], a.data);
  assert.deepEqual(made[1], b.data);
});
