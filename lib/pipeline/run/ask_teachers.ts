/**
 * Asks the teachers of a distillation about the training rows, before the first step.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { teacherAnswers } from "../../combine/distillation/teacher_answers.ts";
import { TunebookError } from "../../core/errors.ts";
import { silentProgress } from "../../core/progress.ts";
import { shownName } from "../../core/quoted.ts";
import { type Device, openDevice } from "../../engine/mod.ts";
import { createPredictor, type Predictor } from "../../evaluate/predict.ts";
import type { BelowHead, ComparedLayers, LayerPair } from "../../nn/below_head.ts";
import type { ModelConfig } from "../../nn/family.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Outputs } from "../../nn/task.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { trainedTensors } from "../../nn/trained.ts";
import type { Table } from "../../table/table.ts";
import { trainSettings } from "../../train/train_options.ts";
import type { TrainedTask } from "../open/answerer.ts";
import type { Base } from "../open/open_base.ts";
import { type AnyExamples, trainableOf } from "./assemble_stage.ts";
import { givesNumber } from "./gives_number.ts";
import { processorOf } from "./open_stage.ts";
import { checkVocabulary, openTeacher } from "./open_teacher.ts";
import { progressFor } from "./progress_for.ts";

/** The rows as they were read, what the model makes of them, and how teachers are asked. */
export interface AskTeachersOptions {
  readonly table: Table;
  /** What makes the inputs of the model that learns. */
  readonly processor: Processor;
  /** What errors call the table. */
  readonly where: string;
  /** The sizes of the model that learns. */
  readonly student: ModelConfig;
  /** Where teachers run; the CPU unless given. */
  readonly device?: Device | undefined;
  /** Shows no progress; true unless given. */
  readonly quiet?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Teaching = NonNullable<AnyExamples["teaching"]>;

/**
 * The rows with what their teachers say; themselves where they have none. One teacher after the other is opened,
 * asked and freed.
 *
 * @throws {TunebookError} of kind `input` for a teacher with other labels, of another task, or that reads other
 *   tokens where tokens are compared; of kind `weights` for one without a trained head
 */
export async function askTeachers(
  examples: AnyExamples,
  options: AskTeachersOptions,
): Promise<AnyExamples> {
  const { teaching } = examples;
  if (!teaching) return examples;
  const answers: Outputs[] = [];
  let compared: ComparedLayers | undefined;
  for (const teacher of teaching.teachers) {
    const asked = await askTeacher(teacher, teaching, examples, options);
    answers.push(asked.outputs);
    compared = asked.compared;
  }
  return teaching.withAnswers(answers, compared);
}

async function askTeacher(
  teacher: string,
  teaching: Teaching,
  own: AnyExamples,
  { table, processor, where, student, device, quiet = true, signal }: AskTeachersOptions,
): Promise<{ readonly outputs: Outputs; readonly compared: ComparedLayers | undefined }> {
  const on = device ?? await openDevice("cpu");
  const { base, trained, identity } = await openTeacher(teacher, teaching, on, signal);
  try {
    const order = orderOfLabels(teacher, trained, teaching);
    const { task } = trained;
    const room = teaching.isPerToken && processor.input === "text"
      ? Math.min(trained.maxTokens, processor.maxTokens)
      : trained.maxTokens;
    const asked = await task.examples(
      table,
      processorOf(base.opened, room),
      { where, training: false, signal },
    );
    if (teaching.askedWith) checkVocabulary(teacher, processor, base.opened);
    if (teaching.isPerToken) await checkTokens(teacher, asked, own);
    const { outputs: numbers } = task.head;
    const compared = teaching.compared?.(student, base.opened.config);
    const below = compared && belowOf(compared);
    const key = keyOf(
      [identity, String(room), JSON.stringify([task.labels, below, teaching.about])],
      asked.fingerprint,
    );
    const progress = progressFor({ quiet }, "teacher", asked.lengths.length, "sequences");
    await using predictor = openedLate(trained, asked, base, { device: on, teaching, below });
    try {
      const said = await teacherAnswers({
        folder: join(teaching.answersIn, key),
        sequences: asked.lengths.length,
        ask: async (chosen, shown) =>
          await (await predictor.open()).outputs(asked, { chosen, progress: shown, signal }),
        progress: quiet ? silentProgress : progress,
      });
      return { outputs: said.map((each) => inOrder(each, order, { numbers, below })), compared };
    } finally {
      progress.end();
    }
  } finally {
    await base.dispose();
  }
}

/** A predictor that is compiled when the first row is asked, since all answers may be kept already. */
function openedLate(
  { model, attached, values }: TrainedTask,
  asked: AnyExamples,
  { held }: Base,
  { device, below, teaching: { askedWith } }: {
    readonly device: Device;
    readonly teaching: Teaching;
    readonly below: BelowHead | undefined;
  },
): AsyncDisposable & { open(): Promise<Predictor> } {
  let opened: Promise<Predictor> | undefined;
  const tensors = trainedTensors(model, attached);
  const state = tensors.length > 0 ? device.createState(tensors, [parameters]) : undefined;
  const compile = async () => {
    await state?.write(parameters, values);
    const own = trainableOf({ model, adapter: attached }, asked, trainSettings());
    const trainable = askedWith ? { ...own, objective: askedWith(own.objective) } : own;
    return await createPredictor(trainable, device, state, { held, below });
  };
  return {
    open: () => opened ??= compile(),
    async [Symbol.asyncDispose]() {
      await (await opened?.catch(() => undefined))?.dispose();
      state?.dispose();
    },
  };
}

/** What the teacher is asked below its head. */
function belowOf({ states, attention, vectors }: ComparedLayers): BelowHead {
  const taught = (pairs: readonly LayerPair[]) => pairs.map(([, layer]) => layer);
  return { states: taught(states), attention: taught(attention), vectors };
}

/** Where each of the model's numbers stands among the teacher's. */
function orderOfLabels(
  teacher: string,
  { task: { task, labels, head } }: TrainedTask,
  { labels: own }: Teaching,
): number[] {
  const isNamed = own.length > 0 && !givesNumber(task);
  const order = isNamed ? own.map((label) => labels.indexOf(label)) : [];
  const isSame = isNamed
    ? own.length === labels.length && !order.includes(-1)
    : own.length === 0 || own.length === head.outputs;
  if (isSame) return isNamed ? order : Array.from({ length: head.outputs }, (_, at) => at);
  throw new TunebookError(
    "input",
    `the teacher ${teacher} says ${
      labels.map(shownName).join(", ")
    }, but the rows have the labels ` +
      `${own.map(shownName).join(", ")}; a teacher must know the same labels`,
  );
}

function inOrder(
  said: Float32Array,
  order: readonly number[],
  { numbers, below }: { readonly numbers: number; readonly below: BelowHead | undefined },
): Float32Array {
  if (order.every((from, to) => from === to)) return said;
  // Behind the numbers of a row there may be those of layers below the head, which are of no label.
  const outputs = below ? numbers : said.length;
  return said.map((each, at) =>
    at < outputs ? said[at - at % numbers + order[at % numbers]] : each
  );
}

/** Refuses a teacher that reads other tokens, where the two are compared token by token. */
async function checkTokens(teacher: string, asked: AnyExamples, own: AnyExamples): Promise<void> {
  const idsOf = async (examples: AnyExamples, sequence: number) =>
    (await examples.feedsOf([sequence])).input_ids?.data;
  let isSame = String(asked.lengths) === String(own.lengths);
  for (let at = 0; isSame && at < own.lengths.length; at++) {
    isSame = String(await idsOf(asked, at)) === String(await idsOf(own, at));
  }
  if (isSame) return;
  throw new TunebookError(
    "input",
    `the teacher ${teacher} cuts the texts into other tokens than the model, and this task compares them token ` +
      "by token; take a teacher with the same vocabulary",
  );
}

function keyOf(parts: readonly string[], rows: Uint8Array): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part}\n`);
  return hash.update(rows).digest("hex").slice(0, keyLength);
}

const keyLength = 24;
