/** Spans of tokens and tokens of words against Python transformers. */
import assert from "node:assert/strict";
import { loadTokenizer } from "../../lib/text/tokenizer.ts";
import { windowsOf } from "../../lib/text/windows.ts";
import { codeUnits, golden, load, loadCase } from "./golden_offsets.ts";

for (const [name, expected] of Object.entries(golden.tokenizers)) {
  Deno.test(`${name}: ids and spans equal Python's`, async () => {
    const tokenizer = await loadCase(expected);
    const different = golden.texts.filter((text, index) => {
      const { ids, starts, ends } = tokenizer.tokens(text);
      const [wantedIds, wantedSpans] = expected.texts[index];
      const units = codeUnits(text);
      const spans = Array.from(ids, (_, token) => [starts[token], ends[token]]).flat();
      return ids.join() !== wantedIds.join() ||
        spans.join() !== wantedSpans.map((point) => units[point]).join();
    });
    assert.deepEqual(different, []);
  });

  Deno.test(`${name}: ids and words equal Python's for texts split into words`, async () => {
    const tokenizer = await loadCase(expected);
    golden.words.forEach((words, index) => {
      const { ids, wordOf } = tokenizer.wordTokens(words);
      assert.deepEqual([[...ids], [...wordOf]], expected.words[index], words.join("|"));
    });
  });

  Deno.test(`${name}: tokens, joined, are what encode gives`, async () => {
    const tokenizer = await loadCase(expected);
    for (const [index, text] of golden.texts.entries()) {
      const single = tokenizer.encode(text);
      const own = tokenizer.tokens(text).ids;
      const joined = tokenizer.join(own);
      assert.deepEqual(joined.ids, single.ids, text);
      assert.deepEqual(joined.types, single.types);
      assert.equal(joined.secondStart, undefined);
      assert.equal(own.length + tokenizer.specialTokens(false), single.ids.length);
      const second = golden.texts[index + 1] ?? "";
      if (second === "") continue;
      const pair = tokenizer.encode(text, second);
      const { ids, types, firstStart, secondStart } = tokenizer.join(
        own,
        tokenizer.tokens(second).ids,
      );
      assert.deepEqual([ids, types], [pair.ids, pair.types], text);
      assert.deepEqual(ids.subarray(firstStart, firstStart + own.length), own);
      assert.ok(secondStart! >= firstStart + own.length);
      assert.deepEqual(
        ids.subarray(secondStart!, secondStart! + tokenizer.tokens(second).ids.length),
        tokenizer.tokens(second).ids,
      );
    }
  });

  if (expected.questions.length === 0) continue;
  Deno.test(`${name}: windows of a context after a question equal Python's`, async () => {
    const tokenizer = await loadCase(expected);
    golden.questions.forEach(([question, context, maxTokens, stride], index) => {
      const first = tokenizer.tokens(question);
      const second = tokenizer.tokens(context);
      const units = codeUnits(context);
      const room = maxTokens - tokenizer.specialTokens(true) - first.ids.length;
      const windows = windowsOf(second.ids.length, room, stride).map(({ start, end }) => {
        const joined = tokenizer.join(first.ids, second.ids.subarray(start, end));
        const { secondStart: at } = joined;
        const spans = new Array(2 * joined.ids.length).fill(0);
        first.ids.forEach((_, token) => {
          spans[2 * (joined.firstStart + token)] = first.starts[token];
          spans[2 * (joined.firstStart + token) + 1] = first.ends[token];
        });
        for (let token = start; token < end; token++) {
          spans[2 * (at! + token - start)] = units.indexOf(second.starts[token]);
          spans[2 * (at! + token - start) + 1] = units.indexOf(second.ends[token]);
        }
        return [[...joined.ids], [...joined.types], spans];
      });
      const wanted = expected.questions[index].map(([ids, types, spans], window) => {
        // Python gives this template's second text another type in all windows but the first.
        const isOdd = name === "xlm-roberta" && window > 0;
        return [ids, isOdd ? types.map(() => 0) : types, spans];
      });
      assert.deepEqual(windows, wanted);
    });
  });
}

Deno.test("the spans of normalizers equal Python's", async () => {
  const { texts, steps } = golden.normalizers;
  for (const [normalizer, results] of steps) {
    const tokenizer = await load({ ...golden.trained.bytes, normalizer });
    texts.forEach((text, index) => {
      const { ids, starts, ends } = tokenizer.tokens(text);
      const units = codeUnits(text);
      const spans = Array.from(ids, (_, token) => [starts[token], ends[token]]).flat();
      const [wantedIds, wantedSpans] = results[index];
      const wanted = [wantedIds, wantedSpans.map((point) => units[point])];
      assert.deepEqual([[...ids], spans], wanted, `${JSON.stringify(normalizer)} of "${text}"`);
    });
  }
});

Deno.test("an unknown word and the bytes of a character keep their whole span", async () => {
  const bert = await loadCase(golden.tokenizers.bert);
  const text = `a ${"x".repeat(101)} b 🛸`;
  const { ids, starts, ends } = bert.tokens(text);
  const pieces = Array.from(ids, (_, token) => text.slice(starts[token], ends[token]));
  assert.deepEqual(pieces, ["a", "x".repeat(101), "b", "🛸"]);
  assert.deepEqual([ids[1], ids[3]], [100, 100]);
  const llama = await loadCase(golden.tokenizers.llama);
  const saucer = llama.tokens("🛸");
  assert.deepEqual([[...saucer.starts], [...saucer.ends]], [[0, 0, 0, 0, 0], [2, 2, 2, 2, 2]]);
});

Deno.test("spans cover every character that a tokenizer keeps, in order", async () => {
  const random = generator(7);
  const alphabet = [..."abcXYZ .,!?'-éÉ1½ﬁＡが中한กम🎉𝒜𠀀\t\n ", "e\u0301", "👨‍👩‍👧", "[MASK]"];
  for (const [name, expected] of Object.entries(golden.tokenizers)) {
    const tokenizer = await loadCase(expected);
    for (let round = 0; round < 200; round++) {
      const length = Math.floor(random() * 20);
      const text = Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)])
        .join("");
      const { ids, starts, ends } = tokenizer.tokens(text);
      let covered = 0;
      ids.forEach((_, token) => {
        const gap = text.slice(covered, starts[token]);
        // Joiners and lone marks are what BERT's cleaning leaves out.
        assert.match(gap, /^[\s\u200d\u0301]*$/u, `${name}: "${gap}" in "${text}" has no token`);
        assert.ok(starts[token] <= ends[token] && starts[token] >= (starts[token - 1] ?? 0));
        covered = Math.max(covered, ends[token]);
      });
      assert.match(text.slice(covered), /^[\s\u200d\u0301]*$/u);
    }
  }
});

Deno.test("a pre-tokenizer that leaves out letters leaves them out of the spans, too", async () => {
  const { bytes } = golden.trained;
  const pattern = { Regex: "a" };
  const removing = { type: "Split", pattern, behavior: "Removed", invert: false };
  const steps = [removing, { type: "ByteLevel", add_prefix_space: false, use_regex: false }];
  const tokenizer = await load({
    ...bytes,
    pre_tokenizer: { type: "Sequence", pretokenizers: steps },
  });
  const { ids, starts, ends } = tokenizer.tokens("baab");
  assert.deepEqual([ids.length, [...starts], [...ends]], [2, [0, 3], [1, 4]]);
  assert.deepEqual(ids, tokenizer.encode("baab").ids);
});

Deno.test("families without segments join a pair with types that are all 0", async () => {
  const { file } = golden.tokenizers.roberta;
  assert.equal(file, "roberta_tokenizer.json");
  const tokenizer = await loadTokenizer({
    tokenizer: new URL(`../golden/${file}`, import.meta.url).pathname,
    modelType: "roberta",
  });
  const { ids, types, firstStart, secondStart } = tokenizer.join([20, 21], [22]);
  assert.deepEqual([...ids], [0, 20, 21, 2, 2, 22, 2]);
  assert.deepEqual([...types], [0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([firstStart, secondStart], [1, 5]);
  assert.deepEqual([tokenizer.specialTokens(false), tokenizer.specialTokens(true)], [2, 4]);
  assert.deepEqual([...tokenizer.join([], []).ids], [0, 2, 2, 2]);
});

/** A small generator of numbers in [0, 1): mulberry32. */
function generator(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
