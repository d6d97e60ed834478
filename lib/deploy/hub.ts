/**
 * Deploys a folder to the Hugging Face Hub, with a model card.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { oneOf, type Rules, text, texts, yesOrNo } from "../core/option_rules.ts";
import { shownValue } from "../core/shown_value.ts";
import { downloadSettings } from "../weights/hub_settings.ts";
import { parseReference } from "../weights/reference.ts";
import { adapter } from "./adapter.ts";
import { type CardOptions, modelCard } from "./hub/model_card.ts";
import { checkToken, uploadFolder } from "./hub/upload.ts";
import { merged } from "./merged.ts";
import { onnx } from "./onnx.ts";
import { sentenceTransformers } from "./sentence_transformers.ts";
import type { DeployTarget } from "./target.ts";

const forms = { adapter, merged, onnx, sentenceTransformers } as const;

/** How to publish a model. */
export interface HubOptions extends CardOptions {
  /** What is uploaded, the folder of another target: `merged` unless given. */
  readonly form?: "adapter" | "merged" | "onnx" | "sentenceTransformers";
  /** Where the same folder is written here; `out/hub/org/name` unless given. */
  readonly folder?: string;
  /** Whether a repository that is made anew is seen by its owner alone: true unless given. */
  readonly private?: boolean;
  /** The branch; `main` unless given. */
  readonly branch?: string;
  /** The hub's address; `HF_ENDPOINT`, else https://huggingface.co. */
  readonly endpoint?: string;
}

const rules: Rules<HubOptions> = {
  form: oneOf(Object.keys(forms)),
  folder: text,
  private: yesOrNo,
  branch: text,
  endpoint: text,
  licence: text,
  languages: texts,
};

/**
 * A repository of models on the Hugging Face Hub, made where there is none: the folder of `form` with a model card
 * (`README.md`: task, data, licence, settings, scores with their intervals, the receipt), in one commit.
 *
 * The token comes from `HF_TOKEN` or the file of a hub login, and is asked about before anything is trained. Files are
 * uploaded after their receipt, large ones by LFS; after a break it is tried again, and what has come whole is not
 * sent twice. Then the hashes that the hub tells are compared with the files. What fails is an error of kind
 * "output"; the training is kept. The model opens as `hf:org/name`.
 *
 * @example
 * ```ts
 * import { hub } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const target = hub("me/reviews", { form: "adapter", licence: "apache-2.0", languages: ["en"] });
 * assert.equal(target.folder, "out/hub/me/reviews");
 * ```
 */
export function hub(repository: string, options: HubOptions = {}): DeployTarget {
  checkRepository(repository);
  checkOptions("hub", options, rules);
  const { form = "merged", folder = `out/hub/${repository}`, branch = "main" } = options;
  const whole: DeployTarget = forms[form](folder);
  const connection = () =>
    downloadSettings(options.endpoint === undefined ? {} : { endpoint: options.endpoint });
  return {
    ...whole,
    name: "hub",
    isPublic: true,
    place: repository,
    ...(Object.keys(options).length > 0 ? { options: { ...options } } : {}),
    async check(trainable, about) {
      await whole.check?.(trainable, about);
      await checkToken(await connection());
    },
    async publish(trained, folder, receipt, { run, signal }) {
      if (!run) {
        throw new TunebookError("unsupported", "hub publishes the model of a plan that is run");
      }
      const card = modelCard(repository, trained, receipt, run, { ...options, form });
      await writeFileAtomic(join(folder, "README.md"), card);
      return await uploadFolder(
        folder,
        { repository, branch, private: options.private ?? true },
        await connection(),
        { title: `Add ${trained.task.task.name} by tunebook`, signal },
      );
    },
  };
}

function checkRepository(repository: unknown): void {
  try {
    const parsed = parseReference(`hf:${repository}`);
    if (parsed.kind === "hf" && parsed.repository === repository) return;
  } catch {
    // Said below.
  }
  throw new TunebookError(
    "input",
    `hub takes a repository of models, hub("org/name"), but got ${shownValue(repository)}`,
  );
}
