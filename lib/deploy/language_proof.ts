/**
 * Asks the trained language model and its written files at the same tokens.
 *
 * @module
 */
import type { Device, HostTensor } from "../engine/mod.ts";
import { evaluationProgram } from "../nn/forward_program.ts";
import { settle } from "../nn/merge.ts";
import { textConfig } from "../nn/model.ts";
import type { Objective } from "../nn/objective.ts";
import type { WrittenAnswer } from "../nn/reader_contract.ts";
import type { Rows, RunBatch } from "../nn/run_over.ts";
import { frozenOf } from "../nn/trainable_model.ts";
import type { AnswerProof } from "./ask_reader.ts";
import { compareTokens, type LanguageReceipt, likeliest } from "./language_receipt.ts";
import { tokensIn } from "./mean_loss.ts";
import type { TrainedModel } from "./trained_model.ts";

/** Held-out inputs that texts are written for. */
const writtenInputs = 8;
/** Rows that are compared, unless their logits take too much room. */
const comparedRows = 16;
/** Logits that are kept of all rows: 64 MB. */
const mostLogits = 2 ** 24;

/** What the trained model says at some tokens. */
export interface LanguageProof {
  readonly rows: readonly AskedTokens[];
  /** Prompts with what was written behind them; absent for tasks that ask nothing. */
  readonly texts?: readonly AskedTokens[];
}

/** What was opened from files. */
interface Asked {
  readonly run: RunBatch;
  dispose(): Promise<void>;
}

interface AskedTokens {
  readonly feeds: Readonly<Record<string, HostTensor>>;
  /** The first token whose logits count. */
  readonly from: number;
  /** [tokens − from, vocabSize] */
  readonly logits: Float32Array;
}

/** Asks the trained model; undefined for tasks of other heads. */
export async function languageProof(
  trained: TrainedModel,
  { device, rows, answers, signal }: {
    readonly device: Device;
    readonly rows: Rows;
    readonly answers: AnswerProof;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<LanguageProof | undefined> {
  const { trainable: { model, adapter, objective }, values, task } = trained;
  if (objective.head.name !== "language") return undefined;
  const { vocabSize } = textConfig(model);
  const written = task.writing && task.reader
    ? (await answers.expectedOf(task.reader.inputsOf(answers.table).slice(0, writtenInputs)))
      .flatMap(({ written }) => written && written.tokens.length > 0 ? [written] : [])
    : undefined;
  const settled = { ...settle(model, adapter, values), objective: forLogits(objective) };
  const step = await device.compile(evaluationProgram(settled), { frozen: frozenOf(settled) });
  const ask = async (feeds: AskedTokens["feeds"], from: number) => ({
    feeds,
    from,
    logits: await logitsOf((...given) => step.run(...given), { feeds, from }, vocabSize, signal),
  });
  try {
    const asked: AskedTokens[] = [];
    let kept = 0;
    for (let row = 0; row < rows.lengths.length; row++) {
      const each = await ask(await rows.feedsOf([row]), 0);
      asked.push(each);
      kept += each.logits.length;
      if (kept >= mostLogits || asked.length === comparedRows) break;
    }
    if (!written) return { rows: asked };
    const texts: AskedTokens[] = [];
    for (const each of written) {
      texts.push(await ask(writtenFeeds(each), each.prompt.length - 1));
    }
    return { rows: asked, texts };
  } finally {
    await step.dispose();
  }
}

/** Opens written files for their logits with `reopen`, and compares these with the trained model's. */
export async function compareLanguage(
  proof: LanguageProof,
  trained: TrainedModel,
  reopen: (asking: TrainedModel) => Promise<Asked>,
  signal?: AbortSignal,
): Promise<LanguageReceipt> {
  const { trainable } = trained;
  const { vocabSize } = textConfig(trainable.model);
  const asking = { ...trainable, objective: forLogits(trainable.objective) };
  const reopened = await reopen({ ...trained, trainable: asking });
  const both = async (asked: readonly AskedTokens[]) => {
    const pairs = [];
    for (const each of asked) {
      const written = await logitsOf(reopened.run, each, vocabSize, signal);
      pairs.push({ trained: each.logits, written });
    }
    return pairs;
  };
  try {
    const compared = compareTokens(await both(proof.rows), vocabSize);
    if (!proof.texts) return compared;
    const texts = (await both(proof.texts)).map(({ trained, written }) =>
      firstOther(trained, written, vocabSize)
    );
    return {
      ...compared,
      texts: {
        compared: texts.length,
        same: texts.filter((at) => at === undefined).length,
        sameFirstToken: texts.filter((at) => at !== 0).length,
      },
    };
  } finally {
    await reopened.dispose();
  }
}

/** The objective with whose evaluation a model gives its logits. */
function forLogits({ perRow: _, ...objective }: Objective): Objective {
  return objective;
}

/** The logits of one sequence from a token on, [tokens − from, vocabSize]. */
async function logitsOf(
  run: RunBatch,
  { feeds, from }: Pick<AskedTokens, "feeds" | "from">,
  vocabSize: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const { logits } = await run({ ...feeds }, signal);
  return (logits.data as Float32Array).slice(from * vocabSize, tokensIn(feeds) * vocabSize);
}

/** Where the likeliest tokens are others first, counted from the first written one. */
function firstOther(a: Float32Array, b: Float32Array, vocabSize: number): number | undefined {
  for (let at = 0; at < a.length; at += vocabSize) {
    const [ours, theirs] = [a, b].map((each) => likeliest(each.subarray(at, at + vocabSize)));
    if (ours !== theirs) return at / vocabSize;
  }
  return undefined;
}

/** A prompt with all that was written but the last token, behind which nothing is asked. */
function writtenFeeds({ prompt, source, tokens }: WrittenAnswer): AskedTokens["feeds"] {
  const ids = [...prompt, ...tokens.slice(0, -1)];
  return source ? { ...pair("", [...source]), ...pair("decoder_", ids) } : pair("", ids);
}

function pair(before: string, ids: readonly number[]): AskedTokens["feeds"] {
  const shape = [1, ids.length];
  return {
    [`${before}input_ids`]: { shape, data: Int32Array.from(ids) },
    [`${before}attention_mask`]: { shape, data: new Int32Array(ids.length).fill(1) },
  };
}
