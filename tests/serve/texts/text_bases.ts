/**
 * Served bases that write: a random Llama, and one that says what a script says. Both have a tokenizer whose
 * tokens are bytes, and a template that knows tools.
 *
 * @module
 */
import { openDevice } from "../../../lib/engine/mod.ts";
import { type Continuer, createContinuer } from "../../../lib/generate/continuer.ts";
import type { TextCache } from "../../../lib/generate/text_cache.ts";
import { TextModel } from "../../../lib/generate/text_model.ts";
import { noAdapter } from "../../../lib/nn/merge.ts";
import type { AnyLabelledTask } from "../../../lib/pipeline/run/read_stage.ts";
import type { ServedBase } from "../../../lib/serve/served_base.ts";
import { chat } from "../../../lib/tasks/chat.ts";
import { textGeneration } from "../../../lib/tasks/text_generation.ts";
import type { Tokenizer } from "../../../lib/text/tokenizer.ts";
import { tokenizerOf } from "../../generate/tokenizers.ts";
import { delay } from "../delay.ts";
import { toyLanguageModel } from "../../nn/toy.ts";

const template = [
  "{% if tools %}[tools]{% for t in tools %}{{ t.function.name }} {% endfor %}\n{% endif %}",
  "{% for m in messages %}[{{ m.role }}]{{ m.content or '' }}",
  "{% for c in m.tool_calls or [] %}<tool_call>{{ c.function | tojson }}</tool_call>{% endfor %}",
  "{% if m.name %}({{ m.name }}){% endif %}<|end|>{% endfor %}",
  "{% if add_generation_prompt %}[assistant]{% endif %}",
].join("");

const chatTask = chat({ messages: "messages", template }).withLabels([]);
const textTask = textGeneration({ text: "text" }).withLabels([]);

/** The most tokens of a text. */
export const textTokens = 512;

/** A base with the models `talk`, of conversations, and `texts`, which goes on with texts. */
export function baseOf(continuer: Continuer, tokenizer: Tokenizer): ServedBase {
  const stopTokens = [tokenizer.tokenId("<|end|>")!];
  const modelOf = (task: AnyLabelledTask) =>
    new TextModel({
      continuer,
      processor: { input: "text", tokenizer, maxTokens: textTokens } as never,
      writing: task.writing!,
      defaults: { stopTokens },
    });
  const tasks: Readonly<Record<string, AnyLabelledTask>> = { talk: chatTask, texts: textTask };
  const models = Object.entries(tasks).map(([name, task]) => ({
    name,
    task,
    labels: [],
    created: 1_700_000_000,
    maxTokens: textTokens,
  }));
  const writing = new Map(models.map((model) => [model.name, modelOf(model.task)]));
  return {
    reference: "toy",
    models,
    predict: () => Promise.reject(new Error("not asked")),
    textModel: ({ name }) => Promise.resolve(writing.get(name)!),
    tokens: (_, text) =>
      Promise.resolve(
        Array.from(tokenizer.tokens(text).ids, (id) => ({ id, text: tokenizer.tokenText(id) })),
      ),
    dispose: () => continuer.dispose(),
  };
}

/** A random Llama. */
export async function randomBase(): Promise<ServedBase> {
  const tokenizer = await tokenizerOf("byteLevel");
  const model = toyLanguageModel({
    modelType: "llama",
    layers: 2,
    width: 16,
    headSize: 8,
    vocabulary: tokenizer.vocabSize,
    positions: textTokens,
  });
  const device = await openDevice("cpu");
  return baseOf(createContinuer({ model, adapter: noAdapter }, { device }), tokenizer);
}

/** A base whose answers a script gives, with how much it was asked. */
export interface ScriptedBase extends ServedBase {
  /** Rows of each read. */
  readonly reads: readonly number[];
  /** Milliseconds of each read. */
  delay: number;
  /** The read that fails, counted from 1. */
  breaksAt: number;
}

/** A base that answers each prompt with what the script makes of it, token by token. */
export async function scriptedBase(script: (prompt: string) => string): Promise<ScriptedBase> {
  const tokenizer = await tokenizerOf("byteLevel");
  const end = tokenizer.tokenId("<|end|>")!;
  const reads: number[] = [];
  const base = {
    reads,
    delay: 0,
    breaksAt: 0,
  };
  const continuer: Continuer = {
    vocabSize: tokenizer.vocabSize,
    maxTokens: textTokens,
    virtualTokens: 0,
    begin: (rows) => new ScriptedCache(rows) as unknown as TextCache,
    async read(given, tokens) {
      const cache = given as unknown as ScriptedCache;
      reads.push(tokens.length);
      await delay(base.delay);
      if (reads.length === base.breaksAt) throw new Error("broken in /secret/folder");
      return tokens.map((own, row) => {
        const state = cache.rows[row] ??= { said: [], at: 0 };
        if (state.said.length === 0) {
          const prompt = Array.from(own, (id) => textOf(tokenizer, id)).join("");
          state.said = [...tokenizer.tokens(script(prompt)).ids, end];
        }
        const logits = new Float32Array(tokenizer.vocabSize).fill(-8);
        logits[state.said[Math.min(state.at++, state.said.length - 1)]] = 8;
        return logits;
      });
    },
    dispose: () => Promise.resolve(),
  };
  return Object.assign(base, baseOf(continuer, tokenizer));
}

function textOf(tokenizer: Tokenizer, id: number): string {
  return tokenizer.decode([id]) || tokenizer.tokenText(id);
}

/** Where each row stands in its script. */
class ScriptedCache {
  rows: { said: number[]; at: number }[];

  constructor(rows: number) {
    this.rows = Array.from({ length: rows }, () => ({ said: [], at: 0 }));
  }

  select(rows: readonly number[]): void {
    this.rows = rows.map((row) => ({ ...this.rows[row] }));
  }

  join(other: ScriptedCache): void {
    this.rows.push(...other.rows);
  }
}
