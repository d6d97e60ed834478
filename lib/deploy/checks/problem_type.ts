/**
 * What the outputs mean.
 *
 * @module
 */
import { asJson, type FolderCheck } from "./folder_facts.ts";

/** `problem_type`, which decides between softmax, sigmoid and plain numbers. */
export const checkProblemType: FolderCheck = ({ config }, { trained: { task } }) => {
  const wanted = task.signature.config.problem_type;
  return config.problem_type === wanted ? [] : [
    `config.json: problem_type is ${asJson(config.problem_type)}, but the training was for ` +
    asJson(wanted),
  ];
};
