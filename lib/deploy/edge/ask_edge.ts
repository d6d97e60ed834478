/**
 * Starts a folder's server as a platform does and compares its answers with those of the native runtime.
 *
 * @module
 */
import { join } from "node:path";
import { TunebookError } from "../../core/errors.ts";
import { shortened } from "../../core/text_table.ts";
import type { ReaderKind } from "../../nn/reader_contract.ts";
import { nativeTransformers } from "../../text/transformers_js.ts";
import { answerDistance } from "../answer_distance.ts";
import type { PageSettings } from "../browser/page_settings.ts";
import { serveEdge } from "./serve_edge.ts";
import type { WebAssemblyReceipt } from "./web_assembly_receipt.ts";

/** Enough to see a mistake; each is asked twice. */
const mostInputs = 6;
/** As few tokens as tell two models apart. */
const newTokens = 8;
/** Two runtimes add the same products in another order. Numbers are probabilities, cosines and the like. */
const tolerance = 1e-3;
/** Products with weights of few bits are computed in other ways by each. */
const roundedTolerance = 2e-2;
const mostCharacters = 200;

/** An input as the server takes it, of one that `predict` takes. */
const requests: Partial<Record<ReaderKind, (input: unknown) => Record<string, unknown>>> = {
  labels: textsOf,
  number: textsOf,
  tags: (text) => ({ text }),
  answer: (input) => ({ ...(input as object) }),
  vectors: (text) => ({ texts: [text] }),
  text: (text) => ({ text, maxNewTokens: newTokens }),
  chat: (messages) => ({ messages, maxNewTokens: newTokens }),
  target: (text) => ({ text, maxNewTokens: newTokens }),
};

/** Kinds whose answers are texts that go on from their own tokens: one that differs changes all after it. */
const writes: readonly ReaderKind[] = ["text", "chat", "target"];

function textsOf(input: unknown): Record<string, unknown> {
  return Array.isArray(input) ? { text: input[0], pair: input[1] } : { text: input };
}

/**
 * Asks some inputs. Throws an error of kind "output" where the server does not start with the network's permission
 * alone, or answers otherwise; texts of a model whose weights are rounded to few bits may be others.
 */
export async function askEdge(
  folder: string,
  inputs: readonly unknown[],
  { isRounded }: { readonly isRounded: boolean },
): Promise<WebAssemblyReceipt> {
  const settings: PageSettings = JSON.parse(await Deno.readTextFile(join(folder, "settings.json")));
  const chosen = inputs.slice(0, mostInputs).map(requests[settings.kind]!);
  const transformers = await nativeTransformers();
  const { openModel } = await import("../browser/page/answers.js");
  const native = await openModel(transformers, settings, {}, join(folder, "model"));
  let largestDifference = 0;
  try {
    await using server = await serveEdge(folder);
    for (const input of chosen) {
      const [found, expected] = [await answerOf(server.url, input), await native.ask(input)];
      const anyText = isRounded && writes.includes(settings.kind);
      const difference = answerDistance(found, JSON.parse(JSON.stringify(expected)), anyText);
      if (!(difference <= (isRounded ? roundedTolerance : tolerance))) {
        const shown = (value: unknown) => shortened(JSON.stringify(value), mostCharacters);
        throw new TunebookError(
          "output",
          `edge: the server answers ${shown(found)} to ${shown(input)}, the native runtime ` +
            shown(expected),
        );
      }
      largestDifference = Math.max(largestDifference, difference);
    }
  } finally {
    await native.dispose();
  }
  return { inputs: chosen.length, largestDifference };
}

async function answerOf(url: string, input: unknown): Promise<unknown> {
  const response = await fetch(`${url}ask`, { method: "POST", body: JSON.stringify(input) });
  const { answer, error } = await response.json();
  if (response.ok) return answer;
  throw new TunebookError(
    "output",
    `edge: the server refuses ${JSON.stringify(input)}: ${error.message}`,
  );
}
