/**
 * Served models without weights for the page, one of each kind, with labels that would break it.
 *
 * @module
 */
import type { ModelCard } from "../../lib/serve/model_card.ts";
import type { ServedBase, ServedModel } from "../../lib/serve/served_base.ts";
import { taskOf } from "../../lib/tasks/mod.ts";
import { pngEncoder } from "../../lib/image/encode_png.ts";

/** What breaks a page that takes it for HTML. */
export const hostile = `<img src=x onerror="document.title='broken'">`;

/** A model without weights. */
interface ToyModel {
  readonly task: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly labels: readonly string[];
  // deno-lint-ignore no-explicit-any
  answer(input: any): unknown;
}

const image = "image";
const sides = { width: 8, height: 4 };
/** A PNG of grey steps. */
export const picture = (await pngEncoder())({
  ...sides,
  channels: 1,
  data: Uint8Array.from({ length: 32 }, (_, at) => 8 * at),
});
const things = ["ground", hostile];

/** The models by name. */
const models: Readonly<Record<string, ToyModel>> = {
  moods: {
    task: "text-classification",
    settings: { text: "text", label: "mood" },
    labels: ["glad", hostile],
    answer: () => ({ label: hostile, probabilities: { glad: 0.25, [hostile]: 0.75 } }),
  },
  pairs: {
    task: "text-classification",
    settings: { text: "text", pair: "other", label: "same" },
    labels: ["no", "yes"],
    answer([text, other]: readonly string[]) {
      const yes = text === other ? 1 : 0;
      return { label: yes ? "yes" : "no", probabilities: { no: 1 - yes, yes } };
    },
  },
  names: {
    task: "token-classification",
    settings: { tokens: "tokens", tags: "tags" },
    labels: ["O", "B-PER"],
    answer(text: string) {
      // The second Ada: the page marks the place, not the first text that is the same.
      const start = text.lastIndexOf("Ada");
      const found = { start, end: start + 3, score: 0.9 };
      return { text, spans: [{ label: hostile, text: "Ada", ...found }], words: [] };
    },
  },
  questions: {
    task: "question-answering",
    settings: { question: "question", context: "context", answers: "answers" },
    labels: [],
    answer({ context }: { readonly context: string }) {
      const start = context.lastIndexOf("1843");
      const found = { text: "1843", start, end: start + 4, score: 0.8 };
      return { ...found, isAnswerable: true, nBest: [found] };
    },
  },
  vectors: {
    task: "sentence-embeddings",
    settings: { anchor: "anchor", positive: "positive" },
    labels: [],
    answer: (text: string) => Float32Array.of(text.length, 1),
  },
  boxes: {
    task: "object-detection",
    settings: { image, objects: "objects" },
    labels: things,
    answer: () => ({
      image,
      objects: [{ label: hostile, score: 0.75, box: [2, 1, 4, 2] }],
    }),
  },
  areas: {
    task: "image-segmentation",
    settings: { image, mask: "mask" },
    labels: things,
    answer: () => ({
      image,
      labels: [
        { label: "ground", id: 0, area: 24, share: 0.75 },
        { label: hostile, id: 1, area: 8, share: 0.25 },
      ],
      mask: { ...sides, data: Uint8Array.from({ length: 32 }, (_, at) => at < 8 ? 1 : 0) },
    }),
  },
  drawings: {
    task: "image-generation",
    settings: { image, label: "label" },
    labels: ["cat", hostile],
    answer: ({ label, seed }: { readonly label?: string; readonly seed: number }) => ({
      ...(label === undefined ? {} : { label }),
      seed,
      image: picture,
    }),
  },
};

const card: ModelCard = {
  facts: { base: "new:toy" },
  scores: [
    { name: "accuracy", value: 0.875, low: 0.8125, high: 0.9375 },
    { name: hostile, value: 3 },
  ],
  receipts: [
    {
      target: "adapter",
      rows: 16,
      largestDifference: 1e-7,
      tolerance: 1e-4,
      bytes: 2_500_000,
    },
  ],
  text: `# Adapter\n\n${hostile}\n`,
};

/** A base of these models. */
export function pageBase(): ServedBase {
  return {
    reference: "file:/secret/folder/toy",
    models: Object.entries(models).map(([name, { task, settings, labels }]): ServedModel => ({
      name,
      task: taskOf(task, settings).withLabels(labels),
      labels,
      created: 1_700_000_000,
      maxTokens: 16,
      card: () => Promise.resolve(card),
    })),
    predict: (asked) =>
      Promise.resolve(asked.map(({ model: { name }, input }) => models[name].answer(input))),
    textModel: () => Promise.reject(new Error("the toy writes no texts")),
    tokens: () => Promise.resolve([]),
    dispose: () => Promise.resolve(),
  };
}
