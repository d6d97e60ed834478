/**
 * Opens a model that others learn from.
 *
 * @module
 */
import { join } from "node:path";
import { readPeftFiles, tensorFile } from "../../adapters/peft/files.ts";
import { TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import type { Device } from "../../engine/mod.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Task } from "../../nn/task.ts";
import { referenceOf } from "../../weights/reference.ts";
import type { TrainedTask } from "../open/answerer.ts";
import { type Base, openBase } from "../open/open_base.ts";
import { adapterFolder, baseReference, trainedAdapter } from "../open/trained_adapter.ts";
import { checkAnswers, trainedAlone } from "../open/trained_alone.ts";
import { type OpenedModel, openStage } from "./open_stage.ts";
import { weightsIdentity } from "./weights_identity.ts";

/** A teacher that can be asked. */
export interface OpenedTeacher {
  /** To be disposed of with what was made of it. */
  readonly base: Base;
  readonly trained: TrainedTask;
  /** What tells its numbers from those of others. */
  readonly identity: string;
}

/** Opens a whole model or an adapter on its base, and says which numbers it is made of. */
export async function openTeacher(
  teacher: string,
  { task }: { readonly task: Task },
  device: Device,
  signal: AbortSignal | undefined,
): Promise<OpenedTeacher> {
  const reference = referenceOf(teacher);
  const folder = await adapterFolder(reference);
  const files = folder === undefined ? undefined : await readPeftFiles(folder);
  const opened = await openStage(
    { model: files ? await baseReference(files) : reference },
    { signal },
  );
  const base = await openBase(opened, device, {});
  const trained = files
    ? await trainedAdapter(folder!, files, base, { task })
    : await trainedAlone(base, { task }, signal);
  if ("why" in trained) throw trained.why();
  checkAnswers(teacher, trained);
  const identity = [
    JSON.stringify(opened.json),
    await weightsIdentity(opened.files.weights),
    ...files
      ? [JSON.stringify(files.config), await weightsIdentity(join(files.folder, tensorFile))]
      : [],
  ].join("\n");
  return { base, trained, identity };
}

/** Refuses a teacher whose tokens have other numbers. */
export function checkVocabulary(
  teacher: string,
  processor: Processor,
  { tokenizer: taught }: Pick<OpenedModel, "tokenizer">,
): void {
  if (processor.input !== "text" || !taught) return;
  const { tokenizer: own } = processor;
  const other = Array.from({ length: Math.max(own.vocabSize, taught.vocabSize) }, (_, id) => id)
    .find((id) => own.tokenText(id) !== taught.tokenText(id));
  if (other === undefined) return;
  throw new TunebookError(
    "input",
    `the teacher ${teacher} has another vocabulary: its token ${other} is ${
      quoted(taught.tokenText(other))
    }, that of the model ${
      quoted(own.tokenText(other))
    }; next tokens are compared one by one, so take a ` +
      "teacher with the same vocabulary",
  );
}
