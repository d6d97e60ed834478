/**
 * Lets tiny models of every family write, by transformers and by us, and counts the texts with the same
 * tokens: `make_written.ts PYTHON`. Writes the counts to written.json; a family with another text fails.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { likeliestToken } from "../../lib/generate/choose_token.ts";
import { createContinuer } from "../../lib/generate/continuer.ts";
import { continueTexts, type TextRule } from "../../lib/generate/continue_texts.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { noAdapter } from "../../lib/nn/merge.ts";

const [python = "python3"] = Deno.args;
/** Prompts of one batch, as transformers takes them. */
const batch = 50;

interface Written {
  readonly made_with: string;
  readonly newTokens: number;
  readonly start: number;
  readonly models: Readonly<Record<string, { prompts: number[][]; greedy: number[][] }>>;
}

const folder = await Deno.makeTempDir();
try {
  const script = join(import.meta.dirname!, "write_greedily.py");
  const { success } = await new Deno.Command(python, { args: [script, folder] }).spawn().status;
  if (!success) Deno.exit(1);
  const { made_with, newTokens, start, models }: Written = JSON.parse(
    await Deno.readTextFile(join(folder, "written.json")),
  );
  const counts: Record<string, { prompts: number; same: number }> = {};
  for (const [name, { prompts, greedy }] of Object.entries(models)) {
    const found: number[][] = [];
    for (let at = 0; at < prompts.length; at += batch) {
      found.push(...await write(name, prompts.slice(at, at + batch), { newTokens, start }));
    }
    const same = found.filter((tokens, i) => tokens.join() === greedy[i].join()).length;
    counts[name] = { prompts: prompts.length, same };
  }
  console.table(counts);
  await writeFileAtomic(
    join(import.meta.dirname!, "written.json"),
    JSON.stringify({ made_with, newTokens, models: counts }, null, 1) + "\n",
  );
  if (Object.values(counts).some(({ prompts, same }) => same < prompts)) Deno.exit(1);
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** Our tokens behind each prompt; an encoder-decoder's prompts are its sources. */
async function write(
  name: string,
  prompts: readonly number[][],
  { newTokens, start }: { readonly newTokens: number; readonly start: number },
): Promise<number[][]> {
  const reference = join(folder, name);
  const model = await loadModel({
    reference,
    config: join(reference, "config.json"),
    weights: join(reference, "model.safetensors"),
    head: { name: "language", outputs: 0 },
    seed: 1,
  });
  const device = await openDevice("cpu");
  const continuer = createContinuer({ model, adapter: noAdapter }, { device });
  const written = prompts.map((): number[] => []);
  const rules = written.map((tokens): TextRule => ({
    choose: likeliestToken,
    ends: (token) => tokens.push(token) >= newTokens,
  }));
  const { decoder } = model.family;
  const begun = decoder ? prompts.map(() => [start]) : prompts;
  const sources = decoder ? { sources: prompts } : {};
  try {
    for await (const _ of continueTexts(continuer, begun, rules, sources));
    return written;
  } finally {
    await continuer.dispose();
  }
}
