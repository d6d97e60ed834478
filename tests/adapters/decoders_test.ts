import assert from "node:assert/strict";
import { join } from "node:path";
import { bitfit } from "../../lib/adapters/bitfit.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { peft } from "../../lib/adapters/peft.ts";
import { configFile, tensorFile } from "../../lib/adapters/peft/files.ts";
import { writePeftFolder } from "../../lib/adapters/peft/folder.ts";
import { checkMergeable } from "../../lib/nn/merge.ts";
import { attachTo, openOn } from "../../lib/nn/model.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { isMistake } from "../is_mistake.ts";
import { goldenLanguageModel, goldenModel } from "../models/golden.ts";
import { toyModel } from "../nn/toy.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { inFolder } from "../weights/in_folder.ts";

Deno.test("a folder says whether the adapted weights are stored transposed, and for what head", () =>
  inFolder(async (folder) => {
    for (const [base, isTransposed] of [["gpt2", true], ["llama", false]] as const) {
      for (const name of [base, `${base}-classes`]) {
        const isClassifier = name !== base;
        const model = await (isClassifier ? goldenModel(name) : goldenLanguageModel(name));
        const adapter = attachTo(model, lora({ rank: 2 }));
        const values = initialParameters({ model, adapter }, 1);
        await writePeftFolder(join(folder, name), model, adapter, values, {
          taskType: isClassifier ? "SEQ_CLS" : "CAUSAL_LM",
          labels: isClassifier ? ["a", "b", "c"] : [],
        });
        const config = JSON.parse(await Deno.readTextFile(join(folder, name, configFile)));
        assert.equal(config.fan_in_fan_out, isTransposed);
        assert.equal(config.task_type, isClassifier ? "SEQ_CLS" : "CAUSAL_LM");
        assert.deepEqual(config.modules_to_save, isClassifier ? ["score"] : null);
      }
    }
  }));

Deno.test("BitFit trains what biases there are, and refuses a model without any", () => {
  const gpt2 = attachTo(toyModel({ modelType: "gpt2" }), bitfit());
  assert.ok(gpt2.targets!.includes("h.0.attn.c_attn"));
  checkMergeable(gpt2);
  assert.throws(
    () => attachTo(toyModel({ modelType: "llama" }), bitfit()),
    isMistake("unsupported", "llama has no biases"),
  );
});

Deno.test("BitFit gives a bias to a linear that is named and has none, which cannot be merged", () => {
  const llama = attachTo(toyModel({ modelType: "llama" }), bitfit({ targets: ["v_proj"] }));
  assert.deepEqual(llama.targets, ["layers.0.self_attn.v_proj"]);
  assert.throws(() => checkMergeable(llama), isMistake("unsupported", "cannot be merged"));
});

Deno.test("a folder of a method that PEFT has not for the family is refused", () =>
  inFolder(async (folder) => {
    const gpt2 = toyModel({ modelType: "gpt2" });
    const name = "base_model.model.transformer.h.0.attn.c_attn.beft_bias";
    const data = new Float32Array(3 * gpt2.config.hiddenSize);
    await writeSafetensors(join(folder, tensorFile), [
      { name, dtype: "F32", shape: [data.length], data },
    ]);
    const config = { peft_type: "BEFT", target_modules: ["c_attn"] };
    await Deno.writeTextFile(join(folder, configFile), JSON.stringify(config));
    await assert.rejects(
      openOn(gpt2, peft(folder)),
      isMistake("unsupported", "PEFT has no BEFT for gpt2"),
    );
  }));
