/**
 * Whose labels a run uses: a trained head knows what its numbers mean, and the names of the data are
 * sorted into its order. A head that does not know them is left, and that is said.
 *
 * @module
 */
import { quoted } from "../../core/quoted.ts";
import { storedHead } from "../../models/stored_head.ts";
import type { AttachedMethod, Method } from "../../nn/method.ts";
import { type Model, randomHead } from "../../nn/model.ts";
import { checkAdapterLabels } from "./check_adapter_labels.ts";
import { givesNumber } from "./gives_number.ts";
import { labelsInOrder } from "./labels_in_order.ts";
import type { OpenedModel } from "./open_stage.ts";
import type { AnyLabelledTask, ReadData } from "./read_stage.ts";

/** The rows, and a task whose labels are in the order of the head that the run starts from. */
export interface DataForHead extends ReadData {
  /** What was decided about the checkpoint's head, in a sentence; absent where it goes without saying. */
  readonly headNote?: string;
}

/** Fits the task to the head that a trained adapter or the checkpoint brings. */
export async function dataForHead(
  opened: OpenedModel,
  read: ReadData,
  method?: Pick<Method, "labels" | "headOutputs">,
): Promise<DataForHead> {
  const { task } = read;
  const { family, config, json, files: { weights } } = opened;
  const { head: { name, outputs }, labels } = task;
  // Tasks whose outputs have no names of their own take the head as it is.
  if (labels.length === 0 || labels.length !== outputs) return read;
  // What an adapter's folder says comes first; a folder without names may mean those of its base.
  const adapterOutputs = method?.headOutputs?.(family, config, name);
  if (method?.labels) {
    const order = orderFor(task, { outputs: method.labels.length, names: method.labels });
    if (order) return relabelled(read, order);
    // A head of another size could not even be read; others are compared when the method is attached.
    if (method.labels.length > 0 && method.labels.length !== labels.length) {
      checkAdapterLabels(method.labels, task);
    }
    return read;
  }
  const stored = await storedHead({ family, config, json, weights }, name);
  if (!stored) return read;
  if (adapterOutputs !== undefined && adapterOutputs !== stored.outputs) return read;
  const order = orderFor(task, stored);
  if (order) return { ...relabelled(read, order), ...extraNote(labels, order) };
  // The adapter has a head of this size, whose labels only the data tells.
  if (adapterOutputs !== undefined) return read;
  return {
    ...read,
    task: { ...task, head: { ...task.head, isNew: true } },
    headNote: `${describeStored(stored, task)}; the run has a new head for ${
      described(task)
    }, which starts at random`,
  };
}

/** The labels in the order of a trained head; undefined where it does not know all of them. */
function orderFor(
  { labels, task: { kind }, signature: { config } }: AnyLabelledTask,
  { outputs, names, problemType }: {
    readonly outputs: number;
    readonly names?: readonly string[];
    readonly problemType?: string;
  },
): readonly string[] | undefined {
  const own = config.problem_type;
  if (problemType !== undefined && own !== undefined && problemType !== own) return undefined;
  if (givesNumber({ kind })) return outputs === labels.length ? labels : undefined;
  return labelsInOrder(labels, names, outputs);
}

function relabelled(read: ReadData, labels: readonly string[]): ReadData {
  const { task } = read;
  if (String(labels) === String(task.labels)) return read;
  return { ...read, task: task.relabel?.(labels) ?? task.task.withLabels(labels) };
}

function extraNote(
  data: readonly string[],
  head: readonly string[],
): Pick<DataForHead, "headNote"> {
  const extra = head.filter((label) => !data.includes(label));
  if (extra.length === 0) return {};
  return {
    headNote:
      `the checkpoint's head is kept with its ${head.length} labels; the training data has ` +
      `no row with ${shown(extra)}`,
  };
}

function describeStored(
  { outputs, names, problemType }: NonNullable<Awaited<ReturnType<typeof storedHead>>>,
  { labels, task: { kind }, signature: { config } }: AnyLabelledTask,
): string {
  const own = config.problem_type;
  if (problemType !== undefined && own !== undefined && problemType !== own) {
    return `the checkpoint's head was trained for ${problemType}, not ${own}`;
  }
  if (givesNumber({ kind })) {
    return `the checkpoint's head gives ${outputs} numbers, not ${labels.length}`;
  }
  return names
    ? `the checkpoint's head knows ${shown(names)}, which are not the data's labels`
    : `the checkpoint's head gives ${outputs} numbers that its config.json does not name (name the ` +
      `data's labels 0 to ${outputs - 1} in the head's order to use it)`;
}

function described({ labels, task: { kind } }: AnyLabelledTask): string {
  return givesNumber({ kind }) ? "the number" : shown(labels);
}

const mostShown = 8;

function shown(labels: readonly string[]): string {
  return labels.slice(0, mostShown).map(quoted).join(", ") +
    (labels.length > mostShown ? " …" : "");
}

/**
 * What a reader of the scores must know of the head: how it came about, and that it is random where it is
 * new and nothing is trained.
 */
export function headNoteOf(
  { headNote }: Pick<DataForHead, "headNote">,
  { model, adapter }: { readonly model: Model; readonly adapter: AttachedMethod },
  { epochs }: { readonly epochs: number },
): string | undefined {
  if (epochs > 0 || !randomHead(model, adapter)) return headNote;
  const why = headNote ?? "the checkpoint has no head for this task";
  return `${why}. Nothing was trained, so that all answers and scores are those of a random head`;
}
