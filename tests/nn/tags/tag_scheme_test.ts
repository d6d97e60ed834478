import assert from "node:assert/strict";
import { detectScheme } from "../../../lib/nn/tags/detect_scheme.ts";
import { entitiesOf, strictEntitiesOf, tagsOf } from "../../../lib/nn/tags/entities_of.ts";
import { transitionMistakes } from "../../../lib/nn/tags/transitions.ts";
import { isMistake } from "../../is_mistake.ts";

const rows = (...lines: string[]) => lines.map((line) => line.split(" "));

Deno.test("the scheme is that of the letters, and of their order where B and I are alone", () => {
  assert.equal(detectScheme(rows("B-A I-A O", "O B-B")), "BIO");
  assert.equal(detectScheme(rows("B-A O")), "BIO");
  assert.equal(detectScheme(rows("I-A I-A O I-B", "I-A B-A")), "IOB1");
  assert.equal(detectScheme(rows("I-A I-A O I-B")), "IO");
  assert.equal(detectScheme(rows("B-A E-A O S-B", "B-A I-A E-A")), "IOBES");
  assert.equal(detectScheme(rows("B-A L-A O U-B")), "BILOU");
  assert.equal(detectScheme(rows("S-A O")), "IOBES");
  assert.equal(detectScheme(rows("B I O")), "BIO");
  // Wrong as BIO and as IOB1: BIO, whose mistakes are told then.
  assert.equal(detectScheme(rows("B-A I-A", "O I-A")), "BIO");
});

Deno.test("tags of other kinds are plain", () => {
  assert.equal(detectScheme(rows("DT NN VB")), "plain");
  assert.equal(detectScheme(rows("O O")), "plain");
  assert.equal(detectScheme(rows("S E B NN")), "plain");
  assert.equal(detectScheme(rows("S E B")), "plain");
  assert.equal(detectScheme(rows("B-x NN-TL")), "plain");
  assert.equal(detectScheme([]), "plain");
});

Deno.test("odd tags beside those of entities, and letters of two schemes, are mistakes", () => {
  assert.throws(
    () => detectScheme(rows("B-A I-A O", "b-A i_A"), { where: "the tags of x" }),
    isMistake("data", "the tags of x", '"b-A"', '"i_A"', 'scheme: "plain"'),
  );
  assert.throws(() => detectScheme(rows("B-A E-A U-A O")), isMistake("data", "B, E, O, U"));
});

Deno.test("tags of entities that are spelled otherwise are mistakes in rows, not in a model", () => {
  const nameOf = (row: number) => `row ${row + 1}`;
  const spelled = (...lines: string[]) => () => detectScheme(rows(...lines), { nameOf });
  assert.throws(
    spelled("O O", "b-per i-per O"),
    isMistake("data", 'row 2, word 1: "b-per" should be "B-per"', 'scheme: "plain"'),
  );
  assert.throws(spelled("B_PER I_PER O"), isMistake("data", '"I_PER" should be "I-PER"'));
  assert.throws(spelled("B-PER I-PER o"), isMistake("data", '"o" should be "O"'));
  assert.throws(spelled("B-PER I-PER 0"), isMistake("data", '"0" should be "O"'));
  assert.throws(spelled("PER-B PER-I O"), isMistake("data", '"PER-B" should be "B-PER"'));
  assert.throws(spelled("B-PER b-PER O X"), isMistake("data", '"b-PER" (did you mean "B-PER"?)'));
  for (const plain of ["DT NN o", "b-x i-x nn", "0 1 2", "O X_B NN", "o e s"]) {
    assert.equal(spelled(plain)(), "plain", plain);
  }
  assert.equal(detectScheme(rows("B_PER I_PER O")), "plain");
});

Deno.test("every tag in a wrong place is named with its word", () => {
  const wrong = (line: string, scheme: "BIO" | "IOB1" | "IOBES" | "BILOU" | "IO" | "plain") =>
    transitionMistakes(line.split(" "), scheme).map((text) => text.split(",")[0]);
  assert.deepEqual(wrong("B-A I-A O B-A B-A I-A", "BIO"), []);
  assert.deepEqual(wrong("I-A O I-A B-A I-B", "BIO"), [
    'word 1: "I-A" follows the beginning',
    'word 3: "I-A" follows "O"',
    'word 5: "I-B" follows "B-A"',
  ]);
  assert.deepEqual(wrong("I-A B-A I-A O I-B I-A", "IOB1"), []);
  assert.deepEqual(wrong("B-A I-A B-B", "IOB1"), [
    'word 1: "B-A" follows the beginning',
    'word 3: "B-B" follows "I-A"',
  ]);
  assert.deepEqual(wrong("B-A I-A E-A S-A O B-A E-A", "IOBES"), []);
  assert.deepEqual(wrong("B-A O E-A S-A I-A B-A", "IOBES"), [
    'word 2: "O" follows "B-A"',
    'word 3: "E-A" follows "O"',
    'word 5: "I-A" follows "S-A"',
    'word 6: "B-A" follows "I-A"',
    'word 6: the end follows "B-A"',
  ]);
  assert.deepEqual(wrong("B-A I-A L-A U-A", "BILOU"), []);
  assert.deepEqual(wrong("B-A E-A x", "BILOU"), [
    'word 2: "E-A" is no tag of BILOU',
    'word 3: "x" is no tag of BILOU',
  ]);
  assert.deepEqual(wrong("I-A O I-B", "IO"), []);
  assert.deepEqual(wrong("I-A x", "plain"), []);
});

Deno.test("tags of spans are read as the same spans, in every scheme", () => {
  const spans = [
    { type: "A", start: 0, end: 1 },
    { type: "B", start: 1, end: 3 },
    { type: "A", start: 4, end: 8 },
  ];
  assert.deepEqual(tagsOf(8, spans, "IOBES"), [
    "S-A",
    "B-B",
    "E-B",
    "O",
    "B-A",
    "I-A",
    "I-A",
    "E-A",
  ]);
  for (const scheme of ["BIO", "IOBES", "BILOU", "IO"] as const) {
    const tags = tagsOf(8, spans, scheme);
    assert.deepEqual(transitionMistakes(tags, scheme), []);
    assert.deepEqual(entitiesOf(tags), spans);
    assert.deepEqual(strictEntitiesOf(tags, scheme), spans);
    assert.equal(detectScheme([tags]), scheme);
  }
});
