/**
 * Which class of diffusers opens a denoiser.
 *
 * @module
 */
import { modelHead } from "../../nn/model.ts";
import { asJson, type FolderCheck } from "./folder_facts.ts";

/** `_class_name` of the denoiser's `config.json` is the family's class. */
export const checkDenoiserClass: FolderCheck = (
  { config },
  { trained: { trainable: { model } } },
) => {
  const { className } = modelHead(model);
  if (config._class_name === className) return [];
  return [
    `config.json of the ${model.family.component} names the class ${
      asJson(config._class_name)
    }, the model ` +
    `is a ${className}`,
  ];
};
