/**
 * Deploys embeddings as the folder that sentence-transformers opens in Python.
 *
 * @module
 */
import { join } from "node:path";
import { takesNoOptions } from "../core/check_options.ts";
import { writeFileAtomic } from "../core/atomic.ts";
import { TunebookError } from "../core/errors.ts";
import type { PoolingName } from "../text/sentence_settings.ts";
import {
  MODULES_FILE,
  SENTENCE_CONFIG_FILE,
  SENTENCE_MODEL_FILE,
} from "../weights/sentence_folder.ts";
import { checkFolder, sentenceChecks } from "./checks/mod.ts";
import { merged } from "./merged.ts";
import { checkTargetFolder, type DeployTarget } from "./target.ts";

/** The ways to pool under the names of versions before 5.5, which newer ones read too. */
const poolingFields: Readonly<Record<PoolingName, string>> = {
  cls: "pooling_mode_cls_token",
  mean: "pooling_mode_mean_tokens",
  last: "pooling_mode_lasttoken",
};

/** These are known by every version; the newest ones have moved them and read the old names. */
const moduleTypes = "sentence_transformers.models";

/**
 * A sentence-transformers folder: what `merged` writes, with `modules.json`, `1_Pooling` and, where
 * vectors have length 1, `2_Normalize`. `SentenceTransformer(folder)` opens it, and so does
 * `model("file:folder")`. Texts are truncated as in training.
 *
 * @example
 * ```ts
 * import { sentenceTransformers } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(sentenceTransformers("out/search").name, "sentenceTransformers");
 * ```
 */
export function sentenceTransformers(folder: string): DeployTarget {
  checkTargetFolder("sentenceTransformers", folder);
  takesNoOptions("sentenceTransformers", arguments, 1);
  const whole = merged(folder);
  return {
    ...whole,
    name: "sentenceTransformers",
    async check(trainable, about) {
      if (!trainable.objective.sentence) {
        throw new TunebookError(
          "unsupported",
          "sentenceTransformers(folder) is for embeddings, the task sentenceEmbeddings; deploy " +
            "this model with merged(folder)",
        );
      }
      await whole.check?.(trainable, about);
    },
    inspect: async (trained, folder, { table }) => ({
      settings: await checkFolder(sentenceChecks, folder, { trained, table }),
    }),
    async write(trained, folder) {
      await whole.write(trained, folder);
      const { trainable: { model: { config }, objective }, maxTokens } = trained;
      const { pooling, normalize } = objective.sentence!;
      const modules = ["Transformer", "Pooling", ...(normalize ? ["Normalize"] : [])];
      const folderOf = (kind: string, at: number) => at === 0 ? "" : `${at}_${kind}`;
      await write(
        folder,
        MODULES_FILE,
        modules.map((kind, idx) => ({
          idx,
          name: String(idx),
          path: folderOf(kind, idx),
          type: `${moduleTypes}.${kind}`,
        })),
      );
      await write(folder, SENTENCE_CONFIG_FILE, {
        max_seq_length: maxTokens,
        do_lower_case: false,
      });
      await write(folder, SENTENCE_MODEL_FILE, {
        prompts: {},
        default_prompt_name: null,
        similarity_fn_name: "cosine",
      });
      await write(folder, join("1_Pooling", "config.json"), {
        word_embedding_dimension: config.hiddenSize,
        ...Object.fromEntries(
          Object.entries(poolingFields).map(([name, field]) => [field, name === pooling]),
        ),
        pooling_mode_max_tokens: false,
        pooling_mode_mean_sqrt_len_tokens: false,
        include_prompt: true,
      });
      // As the newest versions write it; older ones take no file, but an empty folder is easily lost.
      const vector = "sentence_embedding";
      if (normalize) {
        await write(folder, join("2_Normalize", "config.json"), {
          module_input_name: vector,
          module_output_name: vector,
        });
      }
    },
  };
}

async function write(folder: string, name: string, content: unknown): Promise<void> {
  await writeFileAtomic(join(folder, name), JSON.stringify(content, null, 2) + "\n");
}
