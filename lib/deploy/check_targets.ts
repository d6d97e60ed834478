/**
 * Looks at the places of a deployment before anything is trained for it.
 *
 * @module
 */
import { basename, dirname, join, relative, resolve } from "node:path";
import { checkWritable } from "../core/atomic.ts";
import { messageOf, mistakes } from "../core/errors.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import { standingAlone } from "./standing_alone.ts";
import { hasExecutableMark } from "./executable/has_mark.ts";
import { writtenByTunebook } from "./gguf/written_by.ts";
import type { AboutTraining, DeployTarget } from "./target.ts";

/** What a deployment writes; a folder with anything else is not replaced. */
const ownFiles = new RegExp(
  "^(?:adapter_config\\.json|adapter_model\\.safetensors|pytorch_lora_weights\\.safetensors|README\\.md|" +
    "(?:(?:generation|preprocessor)_)?config\\.json|" +
    "onnx|adapters(?:\\.js(?:on)?)?|required_operators\\.config|model-(?:F32|F16|Q8_0|Q4_0)\\.gguf|model_index\\.json|scheduler|unet|transformer|modules\\.json|config_sentence_transformers\\.json|sentence_bert_config\\.json|" +
    "\\d_(?:Pooling|Normalize)|watch_profile\\.json|tunebook_card\\.json|(?:merge|pruning|ensemble)\\.json|" +
    "model|runtime|index\\.html|page\\.css|settings\\.json|deno\\.json|licences\\.txt|" +
    "(?:answers?|drops|element|form|handler|main|model|offline|opened_as_file|page|pictures|service_worker|without_node|worker|health)\\.js|" +
    "lib|datasets|deno\\.lock|Dockerfile|\\.dockerignore|compose\\.yaml|kubernetes\\.yaml|api_keys\\.txt|" +
    "model(?:-\\d+-of-\\d+)?\\.safetensors(?:\\.index\\.json)?|tokenizer(?:_config)?\\.json)$",
);
const shownFiles = 3;

/** A file or folder that a run reads or continues from: a deployment in its place would destroy it. */
export interface Source {
  /** What messages call it, such as "the model". */
  readonly what: string;
  readonly path: string;
}

/**
 * Makes sure that every target can be written: folders that are apart from each other and from the
 * run's `sources`, that are new, empty or from an earlier deployment, and that are writable. All
 * mistakes are one error of kind "output".
 */
export async function checkFolders(
  targets: readonly Pick<DeployTarget, "folder" | "isFile">[],
  sources: readonly Source[] = [],
): Promise<void> {
  const wrong: string[] = [];
  for (const [i, { folder, isFile = false }] of targets.entries()) {
    for (const other of targets.slice(0, i)) {
      if (await overlap(folder, other.folder)) {
        wrong.push(`${other.folder} and ${folder} lie in each other; choose folders apart`);
      }
    }
    for (const { what, path } of sources) {
      if (await overlap(folder, path)) {
        wrong.push(
          `${folder} would replace or change ${what} in ${path}; choose a folder apart from it`,
        );
      }
    }
    try {
      if (isFile && !(await writtenByTunebook(folder) || await hasExecutableMark(folder))) {
        wrong.push(`${folder} is there, and no deployment wrote it; choose another name`);
      }
      const foreign = isFile ? [] : await foreignFiles(folder);
      if (foreign.length > 0) {
        wrong.push(
          `${folder} holds ${foreign.slice(0, shownFiles).join(", ")}` +
            (foreign.length > shownFiles ? ` and ${foreign.length - shownFiles} more` : "") +
            ", which no deployment wrote; choose another folder or empty it",
        );
      }
      await checkWritable(folder, isFile ? "file" : "folder");
    } catch (error) {
      wrong.push(messageOf(error));
    }
  }
  if (wrong.length > 0) throw mistakes("output", "nothing can be deployed there:", wrong);
}

/** Makes sure that the trained model can be written in the form of every target. */
export async function checkForms(
  targets: readonly DeployTarget[],
  trainable: TrainableModel,
  about: AboutTraining,
): Promise<void> {
  const wrong = await formObstacles(targets, trainable, about);
  if (wrong.length > 0) throw mistakes("unsupported", "this cannot be deployed:", wrong);
}

/** Why a model cannot be written in the form of some targets, a sentence each. */
export async function formObstacles(
  targets: readonly DeployTarget[],
  trainable: TrainableModel,
  about: AboutTraining,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const target of targets) {
    try {
      await target.check?.(target.needsBase ? trainable : standingAlone(trainable), about);
    } catch (error) {
      wrong.push(`${target.name}(${JSON.stringify(target.folder)}): ${messageOf(error)}`);
    }
  }
  return wrong;
}

/** Whether two places are the same or one lies in the other. */
async function overlap(one: string, other: string): Promise<boolean> {
  const [a, b] = [await realPlace(one), await realPlace(other)];
  return contains(a, b) || contains(b, a);
}

function contains(outer: string, inner: string): boolean {
  const path = relative(outer, inner);
  return path === "" || !(/^\.\.(?:[/\\]|$)/.test(path) || path === inner);
}

/** The absolute path without links, also of what is not there yet. */
async function realPlace(path: string): Promise<string> {
  const place = resolve(path);
  try {
    return await Deno.realPath(place);
  } catch {
    const parent = dirname(place);
    return parent === place ? place : join(await realPlace(parent), basename(place));
  }
}

/** Whether a folder is there, and holds what a deployment writes and nothing else. */
export async function isDeployed(folder: string): Promise<boolean> {
  const stat = await Deno.stat(folder).catch(() => undefined);
  if (!stat?.isDirectory) return false;
  for await (const _ of Deno.readDir(folder)) return (await foreignFiles(folder)).length === 0;
  return false;
}

async function foreignFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!ownFiles.test(name)) found.push(isDirectory ? join(name, "/") : name);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return [];
    }
    throw error;
  }
  return found.sort();
}
