/**
 * Asks a deployed folder as transformers.js does, on texts, and compares its answers with the trained
 * model's.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { shortened } from "../core/text_table.ts";
import { processorThreads } from "../engine/mod.ts";
import type { Model } from "../nn/model.ts";
import type { Processor } from "../nn/processor.ts";
import type { AnswerDifference, ExpectedAnswer, ReaderContract } from "../nn/reader_contract.ts";
import type { Table } from "../table/table.ts";
import type { TextAgreement } from "./language_receipt.ts";
import { type OtherTokens, otherTokens } from "./other_tokens.ts";
import { openPipeline, type ReaderPipeline } from "../text/transformers_js.ts";

/** Rows that answers are compared on, and the model that was trained. */
export interface AnswerProof {
  /** Held-out rows. */
  readonly table: Table;
  /** What makes their sequences. */
  readonly processor: Processor;
  /** What the trained model says to inputs. */
  expectedOf(inputs: readonly unknown[]): Promise<readonly ExpectedAnswer[]>;
}

/** What a reader's answers proved. */
export interface AnswerReceipt {
  /** Who was asked, `transformers.js`. */
  readonly reader: string;
  readonly pipeline: string;
  /** Inputs that were asked, long ones included. */
  readonly inputs: number;
  /** How many of them were longer than the model takes. */
  readonly longInputs: number;
  /** The largest difference of a score, as a share of what was allowed for its input. */
  readonly share: number;
  /** That difference. */
  readonly largestDifference: number;
  /** What was allowed there. */
  readonly tolerance: number;
  /** How many texts are the trained model's, of a model that writes. */
  readonly texts?: TextAgreement;
  /** Which texts its tokenizer cuts otherwise than the training did; absent where none were found. */
  readonly otherTokens?: OtherTokens;
}

/** Inputs of each kind (the first, the shortest, the longest) that are asked. */
const ofEachKind = 5;
/** Characters that make more tokens than the model takes, for each of those; words of 11 letters. */
const charactersPerToken = 12;
/** Inputs asked alone, and then so many at once. */
const alone = 2;
const together = [3, 5];
/** Characters of an input that an error shows. */
const mostShown = 60;

/** How a reader is asked. */
export interface AskReaderOptions {
  /** The largest difference of a score that is no mistake, for what is of size 1. */
  readonly tolerance: number;
  readonly isRounded: boolean;
  readonly model: Pick<Model, "family" | "headRequest">;
  /** Which of the folder's files are opened; those that `config.json` names unless given. */
  readonly dtype?: string | undefined;
  /** A pipeline that is open and stays so; one is opened for the folder unless given. */
  readonly reader?: ReaderPipeline | undefined;
  /** How many held-out inputs are asked at most, and no long ones; all chosen ones unless given. */
  readonly mostInputs?: number | undefined;
}

/**
 * Opens the folder with transformers.js' own pipeline and asks it for held-out inputs, alone and several
 * at once, and for some that are too long. Throws a `TunebookError` of kind "output" for the first
 * answer that differs by more than `tolerance` times the size of what the trained model says; where weights
 * were rounded to few bits (`isRounded`), other texts are counted instead.
 */
export async function askReader(
  contract: ReaderContract,
  folder: string,
  { table, processor, expectedOf }: AnswerProof,
  { tolerance, isRounded, model, dtype, reader: given, mostInputs }: AskReaderOptions,
): Promise<AnswerReceipt> {
  const all = contract.inputsOf(table);
  const chosen = await expectedOf(chooseInputs(all).slice(0, mostInputs));
  const takesLong = contract.longInputs(processor);
  const fitting = chosen.filter(({ outputs, truncated }) =>
    takesLong || (outputs.length === 1 && !truncated)
  );
  const long = takesLong && mostInputs === undefined
    ? await expectedOf(longInputs(contract, all, processor))
    : [];
  const groups = [...inGroups(fitting), ...long.map((each) => [each, ...fitting.slice(0, 1)])];
  const reader = given ??
    await openPipeline(contract.pipeline, folder, { threads: processorThreads(), dtype });
  let other: OtherTokens | undefined;
  let worst = { share: 0, largestDifference: 0, tolerance };
  const texts = { compared: 0, same: 0, sameFirstToken: 0 };
  try {
    other = otherTokens(reader, model, processor, all);
    for (const group of groups) {
      const found = await asked(contract, reader, group, processor);
      for (const [at, expected] of group.entries()) {
        const compared = contract.compare(found[at], expected, tolerance);
        const { difference, text } = compared;
        if (text) {
          texts.compared++;
          if (text.isSame) texts.same++;
          if (text.hasSameFirstToken) texts.sameFirstToken++;
          if (isRounded) continue;
        }
        const allowed = tolerance * contract.sizeOf(expected);
        checkAnswer(compared, expected.input, allowed);
        const share = difference / allowed;
        if (share >= worst.share) {
          worst = { share, largestDifference: difference, tolerance: allowed };
        }
      }
    }
  } finally {
    if (!given) await reader.dispose();
  }
  return {
    reader: "transformers.js",
    pipeline: contract.pipeline,
    inputs: fitting.length + long.length,
    longInputs: long.length,
    ...worst,
    ...(texts.compared > 0 ? { texts } : {}),
    ...(other ? { otherTokens: other } : {}),
  };
}

function checkAnswer(
  { difference, problem }: AnswerDifference,
  input: unknown,
  allowed: number,
): void {
  if (problem === undefined && difference <= allowed) return;
  throw new TunebookError(
    "output",
    `transformers.js answers otherwise than the trained model: to ${shown(input)} ` +
      (problem ?? `the largest difference is ${difference}, allowed is ${allowed}`),
  );
}

async function asked(
  contract: ReaderContract,
  reader: ReaderPipeline,
  group: readonly ExpectedAnswer[],
  processor: Processor,
): Promise<readonly unknown[]> {
  const inputs = group.map(({ input }) => input);
  try {
    return await contract.ask(reader, inputs, processor);
  } catch (error) {
    throw new TunebookError(
      "output",
      `transformers.js cannot answer ${inputs.map(shown).join(" and ")}: ${
        error instanceof Error ? error.message : error
      }`,
      { cause: error },
    );
  }
}

const lengthOf = (input: unknown) => JSON.stringify(input).length;

/** The first, the shortest and the longest of all. */
function chooseInputs(all: readonly unknown[]): unknown[] {
  const byLength = all.toSorted((a, b) => lengthOf(a) - lengthOf(b));
  const chosen = [
    ...all.slice(0, ofEachKind),
    ...byLength.slice(0, ofEachKind),
    ...byLength.slice(-ofEachKind),
  ];
  const distinct = new Map(chosen.map((input) => [JSON.stringify(input), input]));
  return [...distinct.values()];
}

/** Inputs with more tokens than the model takes. */
function longInputs(
  contract: ReaderContract,
  all: readonly unknown[],
  processor: Processor,
): unknown[] {
  if (processor.input !== "text") return [];
  const wanted = charactersPerToken * processor.maxTokens;
  const parts: unknown[] = [];
  for (let characters = 0, at = 0; characters < wanted; at++) {
    const part = all[at % all.length];
    parts.push(part);
    characters += lengthOf(part);
  }
  return contract.joined(parts);
}

/** Some alone, the others in short batches of unlike lengths. */
function inGroups<Each>(all: readonly Each[]): Each[][] {
  const groups = all.slice(0, alone).map((each) => [each]);
  for (let at = alone, turn = 0; at < all.length; turn++) {
    const size = together[turn % together.length];
    groups.push(all.slice(at, at + size));
    at += size;
  }
  return groups;
}

function shown(input: unknown): string {
  return shortened(JSON.stringify(input), mostShown);
}
