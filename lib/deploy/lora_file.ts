/**
 * Deploys the LoRA of a denoiser as one file, with diffusers' names or with kohya's.
 *
 * @module
 */
import { join } from "node:path";
import { loraFromFile } from "../adapters/peft.ts";
import { loraFile, readLoraFile } from "../adapters/peft/lora_file.ts";
import type { LoraNames } from "../adapters/peft/lora_names.ts";
import { checkLoraFile, writeLoraFile } from "../adapters/peft/write_lora_file.ts";
import { writeFileAtomic } from "../core/atomic.ts";
import { evaluationProgram } from "../nn/forward_program.ts";
import { attachTo } from "../nn/model.ts";
import { evaluated } from "../nn/run_over.ts";
import { frozenOf, parameters } from "../nn/trainable_model.ts";
import { trainedTensors } from "../nn/trained.ts";
import type { DeployTarget } from "./target.ts";

/** The target, whose folder holds the file and a README.md. */
export function loraFileTarget(
  folder: string,
  names: LoraNames,
  tolerance: number,
): DeployTarget {
  return {
    name: "adapter",
    folder,
    options: { format: names },
    needsBase: true,
    tolerance,
    check: ({ model, adapter }) => checkLoraFile(model, adapter, names),
    async write({ trainable: { model, adapter: attached }, values }, folder) {
      await writeLoraFile(folder, { model, attached, values, names });
      const { component = "" } = model.family;
      const text = readme(model.reference, component, names);
      await writeFileAtomic(join(folder, "README.md"), text);
    },
    async reopen({ trainable: { model, objective } }, folder, device) {
      const attached = attachTo(model, loraFromFile(await readLoraFile(join(folder, loraFile))));
      const state = device.createState(trainedTensors(model, attached), [parameters]);
      await state.write(parameters, attached.initialWeights!);
      const step = await device.compile(
        evaluationProgram({ model, objective, adapter: attached }),
        { frozen: frozenOf({ model, adapter: attached }), state },
      );
      return {
        run: (feeds, signal) => step.run(feeds, signal),
        read: evaluated(objective),
        async dispose() {
          await step.dispose();
          state.dispose();
        },
      };
    },
  };
}

function readme(reference: string, component: string, names: LoraNames): string {
  const how = names === "kohya"
    ? `Its names are those of kohya's sd-scripts: each layer has lora_down, lora_up and alpha.`
    : `Its names are those of diffusers, which reads the scale from 0.34 on. Where the class of the model loads
adapters (PeftAdapterMixin):

    model.load_lora_adapter("this folder", prefix="${component}", use_safetensors=True,
                            weight_name="${loraFile}")`;
  return `---
base_model: ${reference}
library_name: diffusers
tags: [lora]
---
# LoRA for ${reference}

${how}

Made with tunebook, which opens it with peft("this folder").
`;
}
