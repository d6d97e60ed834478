import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { Random } from "../../../lib/core/random.ts";
import { outputConstraint } from "../../../lib/generate/grammar/output_constraint.ts";
import { schemaGrammar } from "../../../lib/generate/json_schema/schema_grammar.ts";
import { writeAtRandom } from "../random_model.ts";
import { type TokenizerKind, tokenizerOf } from "../tokenizers.ts";
import { randomSchema } from "./random_schema.ts";

type Json = Record<string, unknown>;

const tokenizer = await tokenizerOf("byteLevel");
const stopToken = tokenizer.tokenId("<|end|>")!;

/** Whether a text may be written under a schema. */
function accepts(schema: Json, text: string): boolean {
  const constraint = outputConstraint(schemaGrammar(schema), tokenizer, [stopToken]);
  return constraint.after(tokenizer.encode(text).ids)?.isComplete ?? false;
}

const validator = () => new Ajv2020({ strict: false });

const tree = {
  $defs: {
    node: {
      type: "object",
      properties: {
        value: { type: "integer" },
        children: { type: "array", items: { $ref: "#/$defs/node" }, maxItems: 2 },
      },
      required: ["value", "children"],
      additionalProperties: false,
    },
  },
  $ref: "#/$defs/node",
};

for (const kind of ["byteLevel", "byteFallback"] satisfies TokenizerKind[]) {
  Deno.test(`schema: what a random model writes fulfils random schemas (${kind})`, async () => {
    const tokenizer = await tokenizerOf(kind);
    const stopToken = tokenizer.tokenId("<|end|>")!;
    const closing = ['"', "}", "]"].map((text) => tokenizer.tokenId(text)!);
    const random = Random.fromSeed(kind.length);
    let complete = 0;
    const rounds = 150;
    for (let seed = 0; seed < rounds; seed++) {
      const schema = seed % 10 === 0 ? tree : randomSchema(random, 2);
      const constraint = outputConstraint(schemaGrammar(schema), tokenizer, [stopToken]);
      const options = { vocabSize: tokenizer.vocabSize, stopToken, closing, seed };
      const { text, isComplete } = writeAtRandom(constraint, options);
      // Nesting without an end is cut.
      if (!isComplete) continue;
      complete++;
      const validate = validator().compile(schema);
      const isValid = validate(JSON.parse(text));
      assert.ok(isValid, JSON.stringify({ schema, text, errors: validate.errors }));
    }
    assert.ok(complete > rounds * 0.95, `${complete} of ${rounds} texts were complete`);
  });
}

Deno.test("schema: the tokenizer's own text of a random answer is the same", () => {
  const constraint = outputConstraint(schemaGrammar(tree), tokenizer, [stopToken]);
  const closing = ['"', "}", "]"].map((text) => tokenizer.tokenId(text)!);
  const options = { vocabSize: tokenizer.vocabSize, stopToken, closing, seed: 3 };
  const { text, tokens } = writeAtRandom(constraint, options);
  assert.equal(tokenizer.decode(tokens), text);
});

const person = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer" }, tags: { type: "array" } },
  required: ["name"],
};
const cases: readonly [schema: Json, good: readonly string[], bad: readonly string[]][] = [
  [
    person,
    ['{"name":"a"}', '{"name": "a", "age": 3}', '{\n  "name": "a",\n  "tags": [1, {"x": null}]\n}'],
    [
      "{}",
      '{"age":3}',
      '{"age":3,"name":"a"}',
      '{"name":"a","more":1}',
      '{"name":"a",}',
      '{"name":"a"} ',
    ],
  ],
  [
    { ...person, additionalProperties: { type: "null" } },
    ['{"name":"a","x":null}', '{"name":"a","nam":null,"names":null,"":null}'],
    ['{"name":"a","name":null}', '{"name":"a","age":null}', '{"name":"a","x":1}'],
  ],
  [{}, ["1", '"a"', "null", "[]", '{"a":{}}', "-0.5e+10", "true"], [
    "",
    "01",
    "+1",
    ".5",
    "nul",
    "[1,]",
  ]],
  [{ type: "object" }, ["{}", '{ "a": 1 }'], ["[]", "{a:1}"]],
  [{ type: "string" }, ['""', '"\\u00e9\\n"', '"中\u007f"'], ['"', '"\n"', '"\\ud800"', '"\\x"']],
  [{ type: "string", minLength: 2, maxLength: 3 }, ['"ab"', '"👩中\\""'], ['"a"', '"abcd"']],
  [{ type: "string", pattern: '^a\\\\b"$' }, ['"a\\\\b\\""'], ['"a\\b"', '"ab"']],
  [{ pattern: "b+" }, ['"b"', '"abbc"'], ['"ac"', '""']],
  [{ type: "integer", minimum: -12, maximum: 305 }, ["-12", "-1", "0", "99", "305"], [
    "-13",
    "306",
    "00",
    "-0",
    "1.0",
  ]],
  [{ type: "integer", exclusiveMinimum: 9 }, ["10", "123456"], ["9", "0", "-1"]],
  [{ type: ["string", "null"] }, ['"a"', "null"], ["1"]],
  [{ const: { a: [1, "x"] } }, ['{"a":[1,"x"]}'], ['{"a": [1,"x"]}']],
  [{ enum: ["a", 1, null], type: ["string", "null"] }, ['"a"', "null"], ["1"]],
  [{ type: "array", minItems: 1, maxItems: 2 }, ["[1]", "[1, 2]"], ["[]", "[1,2,3]"]],
  [{ prefixItems: [{ type: "null" }, { type: "boolean" }] }, ["[null, true]"], [
    "[]",
    "[null]",
    "[null,true,1]",
  ]],
  [{ prefixItems: [{ type: "null" }], items: true }, ["[null]", "[null, 1, 2]"], ["[1]"]],
  [{ allOf: [{ type: "null" }], title: "x" }, ["null"], ["1"]],
  [{ additionalProperties: { type: "integer" } }, ['{"k":1,"l":2}', "{}"], ['{"k":"x"}']],
];

Deno.test("schema: texts that are accepted and texts that are not", () => {
  for (const [schema, good, bad] of cases) {
    const validate = validator().compile(schema);
    for (const text of good) {
      assert.ok(accepts(schema, text), `${JSON.stringify(schema)} lets ${text} through`);
      assert.ok(validate(JSON.parse(text)), `ajv lets ${text} through`);
    }
    for (const text of bad) {
      assert.ok(!accepts(schema, text), `${JSON.stringify(schema)} refuses ${text}`);
    }
  }
});

Deno.test("schema: everything that is not supported is named at once, with where it stands", () => {
  const schema = {
    type: "object",
    properties: {
      a: { type: "string", format: "date" },
      b: { oneOf: [{ type: "null" }] },
      c: { type: "number", minimum: 3 },
      d: { type: "string", pattern: "a(?=b)" },
      e: { $ref: "other.json" },
      f: { $ref: "#/$defs/none" },
      g: { type: "array", uniqueItems: true, minItem: 1 },
      h: { type: "text" },
      i: { anyOf: [], type: "string" },
      j: { type: "integer", minimum: 5, maximum: 4 },
      k: { enum: [1], type: "string" },
    },
  };
  assert.throws(() => schemaGrammar(schema), (error: Error) => {
    const expected = [
      "#/properties/a: format is not supported; pattern binds",
      "#/properties/b: oneOf is not supported; anyOf",
      "#/properties/c: minimum is supported for the type integer",
      '#/properties/d: pattern "a(?=b)": (?=b) is supported only as',
      '#/properties/e: $ref is "other.json"; only',
      '#/properties/f: $ref "#/$defs/none" leads nowhere',
      "#/properties/g: uniqueItems is not supported",
      '#/properties/g: minItem is not supported (did you mean "minItems"?)',
      '#/properties/h: type is "text", but must be of object, array',
      "#/properties/i: anyOf is supported alone, not beside type",
      "#/properties/j lets no number through",
      "#/properties/k lets nothing through",
    ];
    for (const part of expected) {
      assert.ok(error.message.includes(part), `${part}\nin ${error.message}`);
    }
    return true;
  });
});

Deno.test("schema: one that only refers to itself, and one that nothing fulfils, are errors", () => {
  const itself = { $defs: { a: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" };
  assert.throws(
    () => outputConstraint(schemaGrammar(itself), tokenizer, []),
    /begins with itself/,
  );
  assert.throws(
    () => schemaGrammar({ required: ["a"], additionalProperties: false }),
    /required names a, which properties lack/,
  );
  assert.throws(() => schemaGrammar({ properties: { a: false } }), /a lets nothing through/);
});
