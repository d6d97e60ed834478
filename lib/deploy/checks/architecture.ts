/**
 * Which class opens the folder.
 *
 * @module
 */
import { modelHead } from "../../nn/model.ts";
import { type FolderCheck, shownValue } from "./folder_facts.ts";

/** `model_type` and the class in `architectures`. */
export const checkArchitecture: FolderCheck = ({ config }, { trained: { trainable } }) => {
  const { model } = trainable;
  const wrong: string[] = [];
  if (config.model_type !== model.family.modelType) {
    wrong.push(
      `config.json: model_type is ${shownValue(config.model_type)}, not ${
        shownValue(model.family.modelType)
      }`,
    );
  }
  const { className } = modelHead(model);
  const [found] = (config.architectures ?? []) as readonly unknown[];
  if (found !== className) {
    wrong.push(
      `config.json: architectures names ${shownValue(found)}, not ${shownValue(className)}`,
    );
  }
  return wrong;
};
