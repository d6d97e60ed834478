/**
 * Which class opens the folder.
 *
 * @module
 */
import { modelHead } from "../../nn/model.ts";
import { asJson, type FolderCheck } from "./folder_facts.ts";

/** `model_type` and the class in `architectures`. */
export const checkArchitecture: FolderCheck = ({ config }, { trained: { trainable } }) => {
  const { model } = trainable;
  const wrong: string[] = [];
  if (config.model_type !== model.family.modelType) {
    wrong.push(
      `config.json: model_type is ${asJson(config.model_type)}, not ${
        asJson(model.family.modelType)
      }`,
    );
  }
  const { className } = modelHead(model);
  const [found] = (config.architectures ?? []) as readonly unknown[];
  if (found !== className) {
    wrong.push(`config.json: architectures names ${asJson(found)}, not ${asJson(className)}`);
  }
  return wrong;
};
