/**
 * What a run knows of its model, as a server shows it.
 *
 * @module
 */
import type { Receipt } from "../../deploy/target.ts";
import { failedLines } from "../../evaluate/probe/probe.ts";
import type { AnyProbeReport } from "../../evaluate/probe/probe_report.ts";
import type { CardReceipt, CardScore, ModelCard } from "../../serve/model_card.ts";
import { parseReference, referenceOf } from "../../weights/reference.ts";
import type { RunResult } from "../run/run_result.ts";

/** What the card of a run is made of. */
export type CardedResult = Pick<
  RunResult<unknown>,
  | "model"
  | "method"
  | "teachers"
  | "examples"
  | "steps"
  | "scores"
  | "intervals"
  | "receipts"
  | "probes"
>;

/**
 * The card of a run. It names no folder, the base's included.
 *
 * @param result of which `model` is the reference, also where a run is shown by another name
 * @param titles what scores are called, by name
 */
export function cardOfResult(
  result: CardedResult,
  titles: Readonly<Record<string, string>>,
): ModelCard {
  const { model, method, teachers = [], examples, steps, scores, intervals, receipts, probes } =
    result;
  // Some scores are not defined on some rows, others are no single number.
  const numbers = Object.entries(scores as Record<string, unknown>)
    .filter((each): each is [string, number] => Number.isFinite(each[1]));
  const isPublic = (reference: string) => parseReference(referenceOf(reference)).kind !== "file";
  const named = teachers.filter(isPublic);
  return {
    facts: {
      ...(parseReference(model).kind === "file" ? {} : { "trained from": model }),
      method,
      ...(named.length > 0 ? { "taught by": named.join(", ") } : {}),
      "training rows": examples.toLocaleString("en"),
      steps: steps.toLocaleString("en"),
      ...(probes ? { "behavioural tests": probesInWords(probes) } : {}),
    },
    scores: numbers.map(([name, value]): CardScore => {
      const interval = intervals[name];
      const ends = interval && interval.over !== "nothing"
        ? { low: interval.low, high: interval.high }
        : {};
      return { name: titles[name] ?? name, value, ...ends };
    }),
    receipts: receipts.map(cardReceipt),
  };
}

function probesInWords(report: AnyProbeReport): string {
  const { tests, passed } = report;
  if (passed) return `all ${tests.length} passed`;
  const failed = failedLines(report);
  return `${failed.length} of ${tests.length} failed: ${failed.join("; ")}`;
}

function cardReceipt(
  { target, dtype, rows, largestDifference, tolerance, files }: Receipt,
): CardReceipt {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return {
    target,
    ...(dtype === undefined ? {} : { dtype }),
    ...{ rows, largestDifference, tolerance, bytes },
  };
}
