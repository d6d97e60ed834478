/**
 * Where models lie that must not be replaced by what is made of them.
 *
 * @module
 */
import { dirname } from "node:path";
import type { Source } from "../../deploy/check_targets.ts";
import { isFile } from "../../weights/is_file.ts";
import { referenceOf } from "../../weights/reference.ts";

const local = "file:";

/** The folders of the models that lie on this machine, by what they are called. */
export async function localSources(models: Readonly<Record<string, string>>): Promise<Source[]> {
  const sources: Source[] = [];
  for (const [what, source] of Object.entries(models)) {
    const reference = referenceOf(source);
    if (!reference.startsWith(local)) continue;
    const path = reference.slice(local.length);
    sources.push({ what, path: await isFile(path) ? dirname(path) : path });
  }
  return sources;
}
