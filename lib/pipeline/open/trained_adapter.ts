/**
 * The folder of a trained adapter, opened on its base with its task.
 *
 * @module
 */
import { join } from "node:path";
import { configFile, type PeftFiles, type PeftHeader } from "../../adapters/peft/files.ts";
import { loadedAdapter } from "../../adapters/peft/folder.ts";
import { headOutputs } from "../../adapters/peft/head_outputs.ts";
import { loraFile } from "../../adapters/peft/lora_file.ts";
import { TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import { parseReference } from "../../weights/reference.ts";
import { tasks } from "../../tasks/mod.ts";
import type { AnyTask } from "../plan_spec.ts";
import { checkTask } from "../run/check_task.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import { textRoom } from "../run/text_room.ts";
import type { TrainedTask } from "./answerer.ts";
import { numbered } from "./model_notes.ts";
import type { Base } from "./open_base.ts";
import { labelledAs, toldTask, untold } from "./told_task.ts";

/** What a person says of a model's task. */
export interface GivenTask {
  readonly task?: AnyTask | undefined;
  /** The labels in the order of the head's numbers. */
  readonly labels?: readonly string[] | undefined;
}

/**
 * Puts the adapter on its base. Its task is what was given, what its folder says, or what its base
 * says; its labels are those of its folder, or those of the base where it has as many.
 *
 * @param where what errors call it
 */
export async function trainedAdapter(
  where: string,
  files: PeftFiles,
  base: Base,
  given: GivenTask,
): Promise<TrainedTask> {
  const task = adapterTask(where, files, base, given);
  const model = await base.modelWith(task.head);
  const { attached, values } = loadedAdapter(files, model);
  checkTask(model, attached, task);
  const room = textRoom(files.maxTokens ?? base.maxTokens, base.opened.config, attached);
  return { model, attached, values, task, maxTokens: room };
}

/** What an adapter was trained for, without its tensors. */
export function adapterTask(
  where: string,
  files: PeftHeader,
  { opened: { family, config }, notes }: Pick<Base, "opened" | "notes">,
  given: GivenTask,
): AnyLabelledTask {
  const hasDecoder = family.decoder !== undefined;
  const traces = {
    peftTaskType: files.config.task_type ?? undefined,
    head: notes.head,
    input: family.input,
    hasDecoder,
  };
  const sources = { given: given.task, note: files.task, ...traces };
  const what = `task_type in its ${configFile} is ${JSON.stringify(files.config.task_type)}`;
  checkGiven(where, files, given);
  const telling = toldTask(sources, { outputs: notes.labels.length }, where);
  if (!telling) throw untold(where, what);
  const head = telling.withLabels(notes.labels).head.name;
  const stored = headOutputs(files, head, family, config);
  const outputs = stored ?? files.labels?.length ?? notes.labels.length;
  const isOwn = notes.labels.length === outputs;
  const labels = given.labels ?? files.labels ?? (isOwn ? notes.labels : numbered(outputs));
  // Now that the size of the head is known, which may say what kind of task it is.
  const problemType = isOwn && !files.labels ? notes.problemType : undefined;
  const task = toldTask(sources, { outputs, kind: files.kind, problemType }, where)!;
  return labelledAs(task, labels, { outputs: stored, where });
}

/** Refuses a given task that is another one of tunebook's than the folder says. */
function checkGiven(where: string, { task: note }: PeftHeader, { task }: GivenTask): void {
  if (!note || !task || note.name === task.name) return;
  if (![note, task].every(({ name }) => Object.hasOwn(tasks, name))) return;
  throw new TunebookError(
    "input",
    `${where} was trained for ${note.name}, but the task given is ${task.name}; leave the task out, or ` +
      "open the base once for each",
  );
}

/** The folder of an adapter that a reference names; undefined for that of a whole model. */
export async function adapterFolder(reference: string): Promise<string | undefined> {
  const parsed = parseReference(reference);
  if (parsed.kind !== "file") return undefined;
  const { path } = parsed;
  const has = (file: string) => Deno.stat(join(path, file)).then(() => true, () => false);
  if (await has(configFile)) return path;
  // A pipeline of diffusers may have one beside it.
  if (await has(loraFile) && !await has("model_index.json") && !await has("config.json")) {
    throw new TunebookError(
      "input",
      `${path} holds a LoRA of a denoiser, ${loraFile}, which says neither its base nor its task: ` +
        `put it on its base, model("…").data(…).adapt(peft("${path}")).train({ epochs: 0 })`,
    );
  }
  return undefined;
}

/** The file of a graph whose name has what is said of it, `model.onnx?size=64`. */
const graphPath = (name: string) => name.replace(/\?[^?]*$/, "");

/** The base that an adapter's folder names, as a reference. */
export async function baseReference({ folder, config }: PeftHeader): Promise<string> {
  const { base_model_name_or_path: name, revision } = config;
  const missing = (why: string) =>
    new TunebookError(
      "input",
      `${folder} is an adapter, and ${why}; say where its base is: open("${folder}", { base: "…" })`,
    );
  if (typeof name !== "string" || name === "") throw missing("it names no base");
  if (/^[a-z]{2,}:/.test(name)) {
    parseReference(name);
    return name;
  }
  if (await exists(name) || await exists(graphPath(name))) return `file:${name}`;
  if (/^\w[\w.-]*\/\w[\w.-]*$/.test(name)) {
    return typeof revision === "string" ? `hf:${name}@${revision}` : `hf:${name}`;
  }
  throw missing(`its base "${name}" is not on this machine`);
}
