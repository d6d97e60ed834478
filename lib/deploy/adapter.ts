/**
 * Deploys the adapter alone, as the folder that PEFT opens.
 *
 * @module
 */
import { join } from "node:path";
import { checkPeftFormat, readPeftFolder, writePeftFolder } from "../adapters/peft/folder.ts";
import { writeFileAtomic } from "../core/atomic.ts";
import { evaluationProgram } from "../nn/forward_program.ts";
import { frozenOf, parameters } from "../nn/trainable_model.ts";
import { trainedSlots } from "../nn/trained.ts";
import type { DeployTarget, Trained } from "./target.ts";

/** The same float32 numbers go through the same graph; only the run itself may differ in order. */
const tolerance = 1e-5;

/**
 * A PEFT folder: `adapter_config.json`, `adapter_model.safetensors`, `README.md`.
 *
 * @example
 * ```ts
 * import { adapter } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(adapter("out/reviews-lora").folder, "out/reviews-lora");
 * ```
 */
export function adapter(folder: string): DeployTarget {
  return {
    name: "adapter",
    folder,
    tolerance,
    check: ({ adapter }) => checkPeftFormat(adapter),
    async write(trained, folder) {
      const { model, adapter } = trained.trainable;
      const { values, labels, kind, maxTokens } = trained;
      await writePeftFolder(folder, model, adapter, values, labels, {
        maxTokens,
        ...(kind === "language" ? {} : { kind }),
      });
      await writeFileAtomic(join(folder, "README.md"), readme(trained));
    },
    async reopen(trained, folder, device) {
      const { model, objective } = trained.trainable;
      const { attached, values } = await readPeftFolder(folder, model);
      const state = device.createState(trainedSlots(model, attached), [parameters]);
      await state.write(parameters, values);
      const step = await device.compile(
        evaluationProgram({ model, objective, adapter: attached }),
        {
          frozen: frozenOf({ model, adapter: attached }),
          state,
        },
      );
      return {
        logitsOf: (feeds, signal) => step.run(feeds, signal),
        async dispose() {
          await step.dispose();
          state.dispose();
        },
      };
    },
  };
}

function readme({ trainable, labels }: Trained): string {
  const { reference, isLanguageModel } = trainable.model;
  const [kind, more] = isLanguageModel
    ? ["AutoModelForCausalLM", ""]
    : ["AutoModelForSequenceClassification", `, num_labels=${trainable.objective.outputs}`];
  const what = isLanguageModel
    ? "The model predicts the next token."
    : `Labels, in the order of the logits: ${labels.join(", ")}.`;
  return `---
base_model: ${reference}
library_name: peft
---
# Adapter for ${reference}

${what}

Made with tunebook. Open it with PEFT:

    base = ${kind}.from_pretrained(...${more})
    model = PeftModel.from_pretrained(base, "this folder")
`;
}
