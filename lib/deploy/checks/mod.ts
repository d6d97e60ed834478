/**
 * What Python reads of a folder, compared with what the training did. A new check is one file and one
 * line here.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { checkArchitecture } from "./architecture.ts";
import { checkDenoiserClass } from "./denoiser_class.ts";
import { checkDtype } from "./dtype.ts";
import { type CheckContext, type FolderCheck, readFacts } from "./folder_facts.ts";
import { checkLabelNames } from "./labels.ts";
import { checkLastToken } from "./last_token.ts";
import { checkLength } from "./length.ts";
import { checkPaddingId } from "./padding_id.ts";
import { checkProblemType } from "./problem_type.ts";
import { checkSameIds } from "./same_ids.ts";
import { checkSentenceModules } from "./sentence_modules.ts";
import { checkSides } from "./sides.ts";
import { checkSpecialTokens } from "./special_tokens.ts";
import { checkTiedWeights } from "./tied_weights.ts";
import { checkTokenizerClass } from "./tokenizer_class.ts";

/** What every reader of a whole model takes from its small files. */
export const settingChecks: readonly FolderCheck[] = [
  checkLabelNames,
  checkProblemType,
  checkPaddingId,
  checkSides,
  checkSpecialTokens,
  checkSameIds,
];

/** What transformers takes beside them. */
export const pythonChecks: readonly FolderCheck[] = [
  ...settingChecks,
  checkArchitecture,
  checkTokenizerClass,
  checkLength,
  checkLastToken,
  checkTiedWeights,
  checkDtype,
];

/** What diffusers takes from the small files of a pipeline. */
export const pipelineChecks: readonly FolderCheck[] = [checkLabelNames, checkDenoiserClass];

/** What sentence-transformers takes beside them. */
export const sentenceChecks: readonly FolderCheck[] = [...pythonChecks, checkSentenceModules];

/**
 * Runs the checks over a folder and gives their number. Throws one `TunebookError` of kind "output" with
 * all differences.
 */
export async function checkFolder(
  checks: readonly FolderCheck[],
  folder: string,
  context: CheckContext,
): Promise<number> {
  const facts = await readFacts(folder, context.trained);
  const wrong: string[] = [];
  for (const check of checks) wrong.push(...await check(facts, context));
  if (wrong.length === 0) return checks.length;
  throw mistakes("output", "the files say something else than the training did:", wrong);
}
