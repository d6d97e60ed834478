import assert from "node:assert/strict";
import { outputConstraint } from "../../../lib/generate/grammar/output_constraint.ts";
import { readGrammar } from "../../../lib/generate/grammar/read_grammar.ts";
import { utf8Ranges } from "../../../lib/generate/grammar/utf8_ranges.ts";
import { tokenizerOf } from "../tokenizers.ts";
import { writeAtRandom } from "../random_model.ts";

const tokenizer = await tokenizerOf("byteLevel");
const stopToken = tokenizer.tokenId("<|end|>")!;
const constraintOf = (grammar: string) =>
  outputConstraint(readGrammar(grammar), tokenizer, [stopToken]);

/** Whether a grammar has a text, however its tokens cut it. */
function accepts(grammar: string, text: string): boolean {
  const constraint = constraintOf(grammar);
  const state = constraint.after(tokenizer.encode(text).ids);
  return state !== null && state.isComplete;
}

const arithmetic = `
# a comment
root  ::= expression "\\n"
expression ::= term ([-+*/] term)*   # another
term  ::= number | "(" expression ")"
number ::= [0-9]+
`;

const cases: readonly [grammar: string, good: readonly string[], bad: readonly string[]][] = [
  [arithmetic, ["1\n", "1+2*(3-4)\n", "((7))\n"], ["", "1", "1+\n", "(1\n", "a\n", "1\n\n"]],
  ['root ::= "a" | "b" "c"?\n  | "d"', ["a", "b", "bc", "d"], ["c", "ad", ""]],
  ['root ::= ("a"\n "b")\nother ::= "c"', ["ab"], ["a", "c", "abc"]],
  ["root ::= [^a-c\\]]{2,3}", ["de", "xyz", "中文", "👩z"], ["d", "ad", "d]", "wxyz"]],
  ['root ::= "é" . "\\u4e2d" [\\x41-\\x43]*', ["é!中", "é文中ABC"], ["e!中", "é中", "é!中D"]],
  ['root ::= list\nlist ::= "x" ("," list)?', ["x", "x,x,x"], ["", "x,", ",x"]],
  ['root ::= empty "a" empty\nempty ::=', ["a"], ["", "aa"]],
  ['root ::= ("a"*)* "b"', ["b", "aaab"], ["", "a"]],
  ['root ::= "a"{2} "b"{1,} "c"{0,1}', ["aab", "aabbbc"], ["ab", "aa", "aabcc"]],
];

Deno.test("grammar: a text is accepted where the grammar has it, and no other", () => {
  for (const [grammar, good, bad] of cases) {
    for (const text of good) assert.ok(accepts(grammar, text), `${grammar} has ${text}`);
    for (const text of bad) assert.ok(!accepts(grammar, text), `${grammar} lacks ${text}`);
  }
});

Deno.test("grammar: a mask allows exactly the tokens that can be accepted", () => {
  for (const [grammar] of cases) {
    const constraint = constraintOf(grammar);
    const written = writeAtRandom(constraint, {
      vocabSize: tokenizer.vocabSize,
      stopToken,
      closing: [],
      seed: 1,
      most: 12,
    }).tokens;
    for (let length = 0; length <= written.length; length++) {
      const state = constraint.after(written.slice(0, length))!;
      const mask = constraint.allowed(state);
      for (let token = 0; token < tokenizer.vocabSize; token++) {
        const isAllowed = (mask[token >> 5] & (1 << (token & 31))) !== 0;
        assert.equal(isAllowed, constraint.accept(state, token) !== null, `${grammar}: ${token}`);
      }
    }
  }
});

Deno.test("grammar: the stop token comes only behind a complete text, and alone behind a closed one", () => {
  const constraint = constraintOf('root ::= "a" "b"?');
  const after = (text: string) => {
    const logits = new Float32Array(tokenizer.vocabSize);
    constraint.process(logits, { prompt: [], written: tokenizer.encode(text).ids });
    return [...logits.keys()].filter((token) => logits[token] > -Infinity);
  };
  const [a, b] = ["a", "b"].map((text) => tokenizer.tokenId(text)!);
  assert.deepEqual(after(""), [a]);
  assert.deepEqual(after("a"), [b, stopToken].toSorted((x, y) => x - y));
  assert.deepEqual(after("ab"), [stopToken]);
  // A beam that has left the grammar, or has ended, may only end.
  assert.deepEqual(after("z"), [stopToken]);
});

Deno.test("grammar: texts of a random model are in it, and the tokenizer's own text is the same", () => {
  for (let seed = 0; seed < 50; seed++) {
    const constraint = constraintOf(arithmetic);
    const closing = [")", "\n"].map((text) => tokenizer.encode(text).ids[0]);
    const { text, tokens, isComplete } = writeAtRandom(constraint, {
      vocabSize: tokenizer.vocabSize,
      stopToken,
      closing,
      seed,
    });
    assert.ok(isComplete, text);
    assert.match(text, /^[-+*/()0-9]+\n$/);
    assert.equal(text, tokenizer.decode(tokens));
  }
});

Deno.test("grammar: byte ranges of characters match their UTF-8 and nothing else", () => {
  const encoder = new TextEncoder();
  for (
    const [first, last] of [[0, 0x10ffff], [0x61, 0x7a], [0x7f, 0x801], [0x4e00, 0x9fff], [
      0xffff,
      0x10000,
    ]]
  ) {
    // Halves of surrogate pairs stand apart.
    const parts = first < 0xd800 && last > 0xdfff
      ? [[first, 0xd7ff], [0xe000, last]]
      : [[first, last]];
    const sequences = parts.flatMap(([a, b]) => utf8Ranges([a, b]));
    const has = (code: number) => {
      const bytes = encoder.encode(String.fromCodePoint(code));
      return sequences.filter((each) =>
        each.length === bytes.length &&
        each.every(([low, high], i) => bytes[i] >= low && bytes[i] <= high)
      ).length;
    };
    for (let code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 97) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      assert.equal(has(code), code >= first && code <= last ? 1 : 0, `${code} in ${first}–${last}`);
    }
  }
});

Deno.test("grammar: what is wrong is told with its line or its rule", () => {
  const wrong: readonly [string, RegExp][] = [
    ["root ::= other", /"root" names "other", which is no rule/],
    ['roots ::= "a"', /no rule "root"/],
    ['root ::= root "a"', /"root" begins with itself/],
    ['root ::= a\na ::= b? root\nb ::= "x"', /begins with itself/],
    ['root ::= "a', /line 1: a text ends with "/],
    ['root ::= "a"\nroot ::= "b"', /line 2: there are two rules "root"/],
    ['root = "a"', /line 1: after the name "root" comes ::=/],
    ['root ::= ("a"', /a group ends with \)/],
    ['root ::= "a"{3,1}', /ends before it begins/],
    ['root ::= "a" ]', /"\]" is not expected here/],
    ['root ::= "\\u12"', /is no character/],
    ['root ::= "a"{900000}', /more than 500000 states/],
  ];
  for (const [grammar, expected] of wrong) {
    assert.throws(() => constraintOf(grammar), expected, grammar);
  }
});

Deno.test("grammar: a tokenizer without texts of tokens, and a text that it cannot write, are errors", async () => {
  const bert = await tokenizerOf("wordPiece");
  assert.throws(
    () => outputConstraint(readGrammar('root ::= "a"'), bert, [1]),
    /tokenizer writes a token in another way/,
  );
  const letters = await tokenizerOf("metaspace");
  const constraint = outputConstraint(readGrammar('root ::= "文"'), letters, [letters.padId]);
  const logits = new Float32Array(letters.vocabSize);
  assert.throws(
    () => constraint.process(logits, { prompt: [], written: [] }),
    /characters that the tokenizer cannot write/,
  );
  const endless = outputConstraint(readGrammar('root ::= "a"'), tokenizer, []);
  assert.throws(
    () =>
      endless.process(new Float32Array(tokenizer.vocabSize), {
        prompt: [],
        written: tokenizer.encode("a").ids,
      }),
    /no stop token/,
  );
});
