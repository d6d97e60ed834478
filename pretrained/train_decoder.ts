/**
 * Trains a small decoder from nothing, as the plans in this folder say, prints its perplexity on held-out
 * texts, and writes it in float16 with a chat template, so that it can be taught to answer.
 *
 * @module
 */
import { join } from "node:path";
import { full, merged, model, perplexity, type Table, textGeneration } from "../mod.ts";
import { builtInTemplates } from "../lib/text/chat/built_in_templates.ts";
import { planFlags } from "./plan_flags.ts";

/** What a plan trains on. */
export interface DecoderData {
  /** The folder of the model below `out/pretrained`. */
  readonly name: string;
  readonly tokenizer: "bytes" | "characters";
  /** The column `text`, one document a row. */
  readonly train: Table;
  readonly test: Table;
  readonly size: (typeof sizes)[keyof typeof sizes];
  readonly epochs: number;
}

/** Sizes of the whole run, and of one that shows in minutes that it learns. */
const sizes = {
  whole: { hiddenSize: 256, layers: 4, positions: 256, vocabulary: 8000 },
  small: { hiddenSize: 128, layers: 2, positions: 64, vocabulary: 2000 },
};

/** The flags of a decoder's plan; `epochs` are the passes where none are named. */
export function decoderFlags(epochs: number) {
  const { count, ...how } = planFlags("texts", sizes, epochs);
  return { texts: count, ...how };
}

/** Trains, prints the loss of the first step and the perplexity, and writes the model. */
export async function trainDecoder(
  { name, tokenizer, train, test, size, epochs }: DecoderData,
): Promise<void> {
  const started = performance.now();
  const folder = `out/pretrained/${name}`;
  const result = await model("new:llama", { ...size, tokenizer })
    .data(train, textGeneration({ text: "text", documents: "joined" }), { test })
    .adapt(full())
    .train({
      epochs,
      batchSize: Math.round(2048 / size.positions),
      learningRate: 2e-3,
      schedule: "cosine",
      weightDecay: 0.1,
      beta2: 0.98,
      maxTokens: size.positions,
      checkpoints: `out/pretrained/${name}-checkpoints`,
      checkpointEvery: 200,
      resume: true,
    })
    .evaluate({ perplexity })
    .deploy(merged(folder, { dtype: "float16" }))
    .run();
  await addTemplate(join(folder, "tokenizer_config.json"));
  const seconds = (performance.now() - started) / 1000;
  console.log(`loss of the first step ${result.losses[0].toFixed(2)}`);
  console.log(`perplexity ${result.scores.perplexity.toFixed(1)} after ${seconds.toFixed(0)} s`);
}

/** Each message is a line, and the end token closes an answer. */
async function addTemplate(file: string): Promise<void> {
  const settings = JSON.parse(await Deno.readTextFile(file));
  const endToken = settings.eos_token;
  settings.chat_template = builtInTemplates.lines({ endToken, hasToken: () => false });
  await Deno.writeTextFile(file, JSON.stringify(settings, null, 2) + "\n");
}
