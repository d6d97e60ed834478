/**
 * Proves written files: opens them as their readers do, runs held-out rows and compares what they give with
 * what the trained model gave.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import type { Device } from "../engine/mod.ts";
import { largestOutput } from "../nn/reader_contract.ts";
import { largestDifference, runOver } from "../nn/run_over.ts";
import type { Outputs } from "../nn/task.ts";
import { type Agreement, driftSums } from "./compute_drift.ts";
import type { HeldOutRows, RowScore, RowScorer } from "./held_out.ts";
import { compareLanguage } from "./language_proof.ts";
import { meanLoss } from "./mean_loss.ts";
import type { FormProof, ReaderProof, Reopened, TargetForm, WasmProof } from "./target.ts";
import type { TrainedModel } from "./trained_model.ts";

/** What is proved, and where errors say that it was to be. */
export interface ProofContext {
  /** What errors call the target. */
  readonly name: string;
  /** Where the files will be when they are proved. */
  readonly place: string;
  /** Where they are now. */
  readonly folder: string;
  /** Bytes of the files that hold the model's numbers. */
  readonly bytes: number;
  readonly trained: TrainedModel;
  readonly device: Device;
  readonly heldOut: HeldOutRows;
  readonly signal?: AbortSignal | undefined;
}

/** Files of so many bytes are run over all rows in WebAssembly, which has one thread here. */
const mostBytesForAll = 1.5e8;
/** Rows that larger ones are run over, and texts that are written. */
const fewRows = 4;
/**
 * Rows that files are run over there which round nothing: WebAssembly has the same products in float32, and a row takes
 * ten times as long as outside of it.
 */
const exactRows = 16;
/** Outputs of files that round nothing differ by less than that. */
const exactTolerance = 1e-3;
/** Texts that the pipeline is asked there; the native one is asked for more, and for long ones. */
const askedTexts = 8;
/** The memory of WebAssembly ends at 4 GB, and a model is there twice while it is opened. */
const mostWasmBytes = 1.5e9;
/** A score between 0 and 1 may lose so much unless a target says otherwise. */
const usualScoreLoss = 0.05;

/** Throws an error of kind "output" where the files give something else than the trained model. */
export async function prove(form: TargetForm, context: ProofContext): Promise<FormProof> {
  const { trained, folder, device, heldOut, signal } = context;
  const { rows, expected, language: proof } = heldOut;
  const allowed = allowedFor(form, trained, expected);
  const reopened = await form.reopen(trained, folder, device);
  const { outputs, milliseconds } = await measured(reopened, heldOut, expected.length, signal)
    .finally(() => reopened.dispose());
  const ofLoss = await form.differenceOf?.(trained, outputs, expected, rows);
  const difference = ofLoss ?? largestDifference(outputs, expected);
  if (!(difference <= allowed)) {
    throw otherwise(
      form,
      context,
      `the ${ofLoss === undefined ? "largest difference" : "difference of the mean loss"} on ` +
        `${expected.length} held-out rows is ${difference}, allowed is ${allowed}`,
    );
  }
  const score = await scoreOf(form, context, outputs);
  const agreement = agreementOf(trained, heldOut, outputs);
  const perplexity = proof && await perplexities(trained, heldOut, outputs);
  const language = proof &&
    await compareLanguage(proof, trained, (asking) => form.reopen(asking, folder, device), signal);
  const reader = await inspected(form, context);
  const wasm = await provedInWasm(form, context, allowed);
  return {
    rows: expected.length,
    largestDifference: difference,
    tolerance: allowed,
    milliseconds,
    ...(agreement ? { agreement } : {}),
    ...(score ? { score } : {}),
    ...(perplexity ? { perplexity } : {}),
    ...(language ? { language } : {}),
    ...(reader ? { reader } : {}),
    ...(wasm ? { wasm } : {}),
  };
}

/** Runs the first sequences, after one that is not timed. */
async function measured(
  reopened: Reopened,
  { rows }: Pick<HeldOutRows, "rows">,
  count: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly outputs: Float32Array[]; readonly milliseconds: number }> {
  const run = (count: number) =>
    runOver(reopened.run, rows, reopened.read, {
      chosen: Array.from({ length: count }, (_, row) => row),
      signal,
    });
  await run(Math.min(1, count));
  const start = performance.now();
  const outputs = await run(count);
  return { outputs, milliseconds: (performance.now() - start) / Math.max(1, count) };
}

/** How often both give the same answer; undefined where answers are no labels, or tokens of a text to come. */
function agreementOf(
  { trainable }: TrainedModel,
  { kind, expected }: HeldOutRows,
  outputs: Outputs,
): Agreement | undefined {
  if (trainable?.objective === undefined || trainable.objective.perRow) return undefined;
  const sums = driftSums(kind, trainable.objective);
  sums.add(expected.slice(0, outputs.length), outputs);
  return sums.result().answers;
}

/** The score of the files, which may be little worse than the trained model's. */
async function scoreOf(
  form: TargetForm,
  context: ProofContext,
  outputs: Outputs,
): Promise<RowScore | undefined> {
  const { score } = context.heldOut;
  if (!score) return undefined;
  const found = await score.scoreOf(outputs);
  const { metric, trained: { value } } = score;
  const lost = score.better === "higher" ? value - found.value : found.value - value;
  const most = form.mostScoreLoss ?? usualLossOf(score);
  if (lost > most) {
    throw otherwise(
      form,
      context,
      `${metric} on ${outputs.length} held-out rows is ${found.value}, that of the trained model ` +
        `${value}, and mostScoreLoss allows ${most} less`,
    );
  }
  return found;
}

function usualLossOf({ range }: RowScorer): number {
  return range?.[0] === 0 && range[1] === 1 ? usualScoreLoss : Infinity;
}

/** The same in WebAssembly, as browsers have it. */
async function provedInWasm(
  form: TargetForm,
  context: ProofContext,
  allowed: number,
): Promise<WasmProof | undefined> {
  const { trained, folder, bytes, device, heldOut, signal } = context;
  if (!form.openInWasm || bytes > mostWasmBytes) return undefined;
  const isSmall = bytes <= mostBytesForAll;
  const { expected, rows } = heldOut;
  const most = !isSmall ? fewRows : form.tolerance <= exactTolerance ? exactRows : expected.length;
  const count = Math.min(most, expected.length);
  const opened = await form.openInWasm(trained, folder, device);
  if (!opened) return undefined;
  try {
    const answers = await opened.answers?.(
      heldOut.answers,
      isSmall && !heldOut.language ? askedTexts : fewRows,
    );
    const { outputs, milliseconds } = await measured(opened, heldOut, count, signal);
    const compared = expected.slice(0, count);
    const ofLoss = await form.differenceOf?.(trained, outputs, compared, rows);
    const difference = ofLoss ?? largestDifference(outputs, compared);
    if (!(difference <= allowed)) {
      throw otherwise(
        form,
        context,
        `in WebAssembly the largest difference on ${count} held-out rows is ${difference}, ` +
          `allowed is ${allowed}`,
      );
    }
    const agreement = agreementOf(trained, heldOut, outputs);
    const score = count === expected.length ? await scoreOf(form, context, outputs) : undefined;
    return {
      rows: count,
      largestDifference: difference,
      milliseconds,
      ...(agreement ? { agreement } : {}),
      ...(score ? { score } : {}),
      ...(answers ? { answers } : {}),
    };
  } finally {
    await opened.dispose();
  }
}

async function perplexities(
  { trainable: { objective }, task }: TrainedModel,
  { rows, expected }: HeldOutRows,
  found: Outputs,
) {
  // What tasks on pairs read of a row are no losses of next tokens.
  if (task.task.kind !== "language") return undefined;
  const countsOf = rows.countsOf?.bind(rows);
  const [written, trained] = await Promise.all(
    [found, expected].map((each) => meanLoss(objective, each, rows, countsOf)),
  );
  return written === undefined || trained === undefined
    ? undefined
    : { trained: Math.exp(trained), written: Math.exp(written) };
}

async function inspected(
  form: TargetForm,
  { name, place, trained, folder, heldOut: { answers } }: ProofContext,
): Promise<ReaderProof | undefined> {
  try {
    return await form.inspect?.(trained, folder, answers);
  } catch (error) {
    if (!(error instanceof TunebookError) || error.kind !== "output") throw error;
    throw new TunebookError(
      "output",
      `${name}: ${messageOf(error)}\nNothing was written to ${place}.`,
      { cause: error },
    );
  }
}

/** The largest difference that is no mistake for outputs of this size. */
function allowedFor(form: TargetForm, trained: TrainedModel, outputs: Outputs): number {
  const tolerance = form.toleranceOf?.(trained) ?? form.tolerance;
  const largest = largestOutput(outputs);
  return form.isAbsolute || !Number.isFinite(largest)
    ? tolerance
    : tolerance * Math.max(1, largest);
}

function otherwise(
  { dtype, remedy }: TargetForm,
  { name, place }: ProofContext,
  what: string,
): TunebookError {
  return new TunebookError(
    "output",
    `${name}: the files${dtype === undefined ? "" : ` in ${dtype}`} give other outputs than the ` +
      `trained model: ${what}. Nothing was written to ${place}.${remedy ? ` ${remedy}` : ""}`,
  );
}
