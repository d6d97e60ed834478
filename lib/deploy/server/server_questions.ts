/**
 * How the server is asked what `predict` was asked, for each task.
 *
 * @module
 */
import { imageBytes } from "../../image/image_bytes.ts";
import type { ExpectedAnswer } from "../../nn/reader_contract.ts";

/** A request and what comes back. */
export interface ServerQuestion {
  readonly path: string;
  /** The body for an input, as `predict` takes it. */
  bodyOf(expected: ExpectedAnswer): Promise<Json> | Json;
  /** What of the response is compared. */
  foundIn(response: Json, expected: ExpectedAnswer): unknown;
  /** What it should be. */
  expectedOf(expected: ExpectedAnswer): unknown;
}

// deno-lint-ignore no-explicit-any
type Json = Record<string, any>;

/** Of an answer's first item some fields, by the names that `predict` has. */
function fieldsOf(
  path: string,
  input: (input: unknown) => Promise<unknown> | unknown,
  fields: readonly string[],
): ServerQuestion {
  const chosen = (all: Json) => Object.fromEntries(fields.map((name) => [name, all[name]]));
  return {
    path,
    bodyOf: async ({ input: given }) => ({ input: await input(given) }),
    foundIn: ({ data: [first] }) => chosen(first),
    expectedOf: ({ answer }) => chosen(answer as Json),
  };
}

const asImage = async (input: unknown) => ({ image: (await imageBytes(input)).toBase64() });

/** Two tokens that are about as likely may change places: kernels add products in other orders. */
const clearLead = 1e-2;

/** What is written is compared as far as each token was clearly the likeliest. */
function written(
  path: string,
  asked: (input: unknown) => Json,
  textOf: (choice: Json) => string,
): ServerQuestion {
  const certain = ({ written }: ExpectedAnswer) => {
    const { steps } = written!;
    const end = steps.findIndex(({ lead }) => lead < clearLead);
    return end < 0 ? steps : steps.slice(0, end);
  };
  const expectedOf = (expected: ExpectedAnswer) => (certain(expected).at(-1)?.text ?? "").trim();
  return {
    path,
    bodyOf: (expected) => ({
      ...asked(expected.input),
      max_tokens: Math.max(1, certain(expected).length),
      temperature: 0,
    }),
    foundIn: ({ choices: [first] }, expected) =>
      textOf(first).trim().slice(0, expectedOf(expected).length),
    expectedOf,
  };
}

const goesOn = written("/v1/completions", (prompt) => ({ prompt }), ({ text }) => text);

/** By the task's name; a task without an entry is not asked. */
export const serverQuestions: Readonly<Record<string, ServerQuestion>> = {
  "text-classification": fieldsOf(
    "/classify",
    (input) => Array.isArray(input) ? { text: input[0], pair: input[1] } : input,
    ["label", "probabilities"],
  ),
  "image-classification": fieldsOf("/classify", asImage, ["label", "probabilities"]),
  "token-classification": fieldsOf(
    "/tokens",
    (input) => Array.isArray(input) ? { words: input } : input,
    ["spans"],
  ),
  "question-answering": fieldsOf(
    "/answer",
    (input) => input,
    ["text", "start", "end", "score"],
  ),
  "sentence-embeddings": {
    path: "/v1/embeddings",
    bodyOf: ({ input }) => ({ input }),
    foundIn: ({ data: [first] }) => first.embedding,
    expectedOf: ({ answer }) => Array.from(answer as Float32Array),
  },
  "object-detection": {
    path: "/detect",
    bodyOf: async ({ input }) => ({ input: await asImage(input) }),
    foundIn: ({ data: [first] }) => first.objects,
    expectedOf: ({ answer }) =>
      (answer as Json).objects.map(({ label, score, box: [x, y, width, height] }: Json) => ({
        label,
        score,
        box: { x, y, width, height },
      })),
  },
  "image-segmentation": fieldsOf("/segment", asImage, ["labels"]),
  "chat": written(
    "/v1/chat/completions",
    (messages) => ({ messages }),
    ({ message }) => message.content ?? "",
  ),
  "text-generation": goesOn,
  "text2text-generation": goesOn,
  "translation": goesOn,
  "summarization": goesOn,
};
