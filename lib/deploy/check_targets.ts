/**
 * Looks at the places of a deployment before anything is trained for it.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";
import { checkWritable } from "../core/atomic.ts";
import { messageOf, mistakes } from "../core/errors.ts";
import type { Trainee } from "../nn/trainee.ts";
import type { DeployTarget } from "./target.ts";

/** What a deployment writes; a folder with anything else is not replaced. */
const ownFiles = new RegExp(
  "^(?:adapter_config\\.json|adapter_model\\.safetensors|README\\.md|config\\.json|onnx|" +
    "model(?:-\\d+-of-\\d+)?\\.safetensors(?:\\.index\\.json)?|tokenizer(?:_config)?\\.json)$",
);
const shownFiles = 3;

/**
 * Makes sure that every target can be written: folders that are apart from each other, that are
 * new, empty or from an earlier deployment, and that are writable. All mistakes are one error.
 */
export async function checkFolders(targets: readonly DeployTarget[]): Promise<void> {
  const wrong: string[] = [];
  for (const [i, { folder }] of targets.entries()) {
    for (const other of targets.slice(0, i)) {
      if (contains(folder, other.folder) || contains(other.folder, folder)) {
        wrong.push(`${other.folder} and ${folder} lie in each other; choose folders apart`);
      }
    }
    try {
      const foreign = await foreignFiles(folder);
      if (foreign.length > 0) {
        wrong.push(
          `${folder} holds ${foreign.slice(0, shownFiles).join(", ")}` +
            (foreign.length > shownFiles ? ` and ${foreign.length - shownFiles} more` : "") +
            ", which no deployment wrote; choose another folder or empty it",
        );
      }
      await checkWritable(folder);
    } catch (error) {
      wrong.push(messageOf(error));
    }
  }
  if (wrong.length > 0) throw mistakes("output", "nothing can be deployed there:", wrong);
}

/** Makes sure that the trained model can be written in the form of every target. */
export function checkForms(targets: readonly DeployTarget[], trainee: Trainee): void {
  const wrong = targets.flatMap((target) => {
    try {
      target.check?.(trainee);
      return [];
    } catch (error) {
      return [`${target.name}(${JSON.stringify(target.folder)}): ${messageOf(error)}`];
    }
  });
  if (wrong.length > 0) throw mistakes("unsupported", "this cannot be deployed:", wrong);
}

function contains(outer: string, inner: string): boolean {
  const path = relative(resolve(outer), resolve(inner));
  return path === "" || !(path.startsWith("..") || path === resolve(inner));
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
