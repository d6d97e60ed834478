import assert from "node:assert/strict";
import { join } from "node:path";
import { likeliestContinuations } from "../../lib/generate/beam_candidates.ts";
import { BeamSearch } from "../../lib/generate/beam_search.ts";
import { logitsProcessors } from "../../lib/generate/processors/mod.ts";
import { logSoftmax } from "../../lib/generate/token_logprobs.ts";
import { Random } from "../../lib/core/random.ts";

interface Case {
  readonly beams: number;
  readonly maxNewTokens: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | "never";
  readonly stopTokens: number[];
  readonly prompts: number[][];
  readonly noRepeatNgramSize?: number;
  readonly minNewTokens?: number;
  readonly repetitionPenalty?: number;
  readonly forcedLastToken?: number[];
  readonly tokens: number[][];
  readonly rows: number[][];
  readonly scores: number[];
  readonly steps: number;
}

const golden: { readonly table: number[][]; readonly cases: Case[] } = JSON.parse(
  await Deno.readTextFile(join(import.meta.dirname!, "..", "golden", "beams.json")),
);

/** The model of make_beams.py. */
function logitsAfter(tokens: readonly number[]): Float32Array {
  const last = golden.table[tokens.at(-1)!];
  const before = golden.table[(tokens.at(-2)! + tokens.length) % golden.table.length];
  return Float32Array.from(last, (logit, token) => logit + 0.5 * before[token]);
}

/** A loop as the generator's: rows are reordered by the parents that a step gives. */
function search(settings: Case): { readonly search: BeamSearch; readonly steps: number } {
  const search = new BeamSearch({ ...settings, prompts: settings.prompts.length });
  const processors = logitsProcessors({
    logitBias: new Map(),
    repetitionPenalty: settings.repetitionPenalty ?? 1,
    frequencyPenalty: 0,
    presencePenalty: 0,
    noRepeatNgramSize: settings.noRepeatNgramSize,
    badWords: [],
    minNewTokens: settings.minNewTokens ?? 0,
    maxNewTokens: settings.maxNewTokens,
    stopTokens: settings.stopTokens,
    forcedLastTokens: settings.forcedLastToken ?? [],
    temperature: 0,
  });
  const promptOf = (row: number) => settings.prompts[Math.floor(row / settings.beams)];
  let texts = settings.prompts.flatMap((prompt) =>
    Array.from({ length: settings.beams }, () => [...prompt])
  );
  let steps = 0;
  while (!search.isDone) {
    steps++;
    const rows = texts.map((text, row) => {
      const logits = logitsAfter(text);
      logSoftmax(logits);
      const context = { prompt: promptOf(row), written: search.written(row) };
      for (const process of processors) process(logits, context);
      return logits;
    });
    const { parents, tokens } = search.step(rows);
    texts = [...texts.keys()].map((row) => [...texts[parents[row]], tokens[row]]);
  }
  return { search, steps };
}

/** Sums of float32 log probabilities in another order of a softmax's terms. */
const tolerance = 1e-5;

for (const each of golden.cases) {
  const { tokens, rows, scores, steps, prompts, ...named } = each;
  Deno.test(`beams as transformers has them: ${JSON.stringify(named)}`, () => {
    const made = search(each);
    prompts.forEach((_, prompt) => {
      const hypotheses = made.search.hypotheses(prompt);
      for (let i = 0; i < each.beams; i++) {
        const at = prompt * each.beams + i;
        // What transformers fills up with bears a score of about −1e9.
        if (scores[at] < -1e8) {
          assert.equal(hypotheses[i], undefined);
          continue;
        }
        assert.deepEqual(hypotheses[i].tokens, tokens[at]);
        assert.deepEqual(hypotheses[i].rows, rows[at]);
        const error = Math.abs(hypotheses[i].score - scores[at]);
        assert.ok(error <= tolerance * Math.max(1, Math.abs(scores[at])), `score off by ${error}`);
      }
    });
    assert.equal(made.steps, steps);
  });
}

Deno.test("beams: rows of different prompts do not touch each other", () => {
  const settings = golden.cases.find(({ maxNewTokens }) => maxNewTokens === 14)!;
  const together = search(settings).search;
  settings.prompts.forEach((prompt, at) => {
    const alone = search({ ...settings, prompts: [prompt] }).search;
    assert.deepEqual(
      alone.hypotheses(0).map(({ tokens, score }) => ({ tokens, score })),
      together.hypotheses(at).map(({ tokens, score }) => ({ tokens, score })),
    );
  });
});

Deno.test("beams: a text may also end for another reason", () => {
  const settings = { ...golden.cases[0], maxNewTokens: 8, stopTokens: [] };
  const search = new BeamSearch({
    ...settings,
    prompts: 1,
    beams: 2,
    ends: (tokens) => tokens.length >= 3,
  });
  const row = Float32Array.of(-1, -2, -3);
  let steps = 0;
  for (; !search.isDone; steps++) search.step([row, row]);
  assert.equal(steps, 3);
  assert.deepEqual(search.hypotheses(0)[0].tokens, [0, 0, 0]);
});

Deno.test("beams: the likeliest continuations are those of a full sort, equal ones in their order", () => {
  const random = Random.fromSeed(3);
  const rows = Array.from(
    { length: 3 },
    () => Float32Array.from({ length: 100 }, () => random.integer(40) / 4),
  );
  const scores = [0, -1, 0.5];
  const all = rows.flatMap((row, beam) =>
    [...row].map((value, token) => ({ beam, token, score: value + scores[beam] }))
  );
  const sorted = all.toSorted((a, b) => b.score - a.score);
  assert.deepEqual(likeliestContinuations(rows, scores, 17), sorted.slice(0, 17));
});
