/**
 * An opened model as a server describes it.
 *
 * @module
 */
import { join } from "node:path";
import type { ServedModel } from "../../serve/served_base.ts";
import { TunebookError } from "../../core/errors.ts";
import { configFile } from "../../adapters/peft/files.ts";
import { parseReference } from "../../weights/reference.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import type { OpenedModel } from "../run/open_stage.ts";
import { readCard } from "./card_file.ts";
import type { NamedSource } from "./served_sources.ts";

/** A model as the server describes it. */
export async function servedModel(
  { name, reference }: NamedSource,
  task: AnyLabelledTask,
  maxTokens: number | undefined,
): Promise<ServedModel> {
  return {
    name,
    task,
    labels: task.labels,
    created: await writtenAt(reference),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    card: () => readCard(reference),
  };
}

/** When a folder was written, in seconds since 1970; the time now for what is no folder. */
async function writtenAt(reference: string): Promise<number> {
  const parsed = parseReference(reference);
  const seconds = (time: number) => Math.floor(time / 1000);
  if (parsed.kind !== "file") return seconds(Date.now());
  for (
    const path of [join(parsed.path, configFile), join(parsed.path, "config.json"), parsed.path]
  ) {
    const found = await Deno.stat(path).catch(() => undefined);
    if (found?.mtime) return seconds(found.mtime.getTime());
  }
  return seconds(Date.now());
}

/** The tokens of a text with those around it; an error of kind "unsupported" for a model of images. */
export function tokensOf(
  { tokenizer }: Pick<OpenedModel, "tokenizer">,
  { name }: ServedModel,
  text: string,
): { readonly id: number; readonly text: string }[] {
  if (!tokenizer) {
    throw new TunebookError("unsupported", `${name} reads images, which have no tokens`);
  }
  return Array.from(tokenizer.encode(text).ids, (id) => ({ id, text: tokenizer.tokenText(id) }));
}
