/** The deployed tokenizer files give in Python the ids that training used. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { cases, deployed, digest, texts } from "./tokenizer_folder_cases.ts";

interface Read {
  /** What was deployed when Python read it. */
  readonly settings: Record<string, unknown>;
  readonly tokenizer: string;
  readonly class: string;
  readonly ids: number[][];
  readonly batch: number[][];
  readonly mask: number[][];
  readonly pair: [ids: number[], types: number[]];
}

const golden: { folders: Record<string, Read> } = JSON.parse(
  await Deno.readTextFile(
    join(import.meta.dirname!, "..", "golden", "tokenizer_folders.json"),
  ),
);

for (const [name, each] of Object.entries(cases)) {
  Deno.test(`${name}: Python reads the deployed files as training did`, async () => {
    const read = golden.folders[name];
    const { files, tokenizer } = await deployed(each);
    assert.deepEqual(files.settings, read.settings);
    assert.equal(await digest(files.tokenizer), read.tokenizer);
    const { padId, maxTokens, usesTypes } = each.use;
    const ids = texts.map((text) => [...tokenizer.encode(text, undefined, { maxTokens }).ids]);
    // What a text ends with of the padding token is not read by a head of decoders.
    const open = (list: number[]) => list.slice(0, list.findLastIndex((id) => id !== padId) + 1);
    assert.deepEqual(each.use.withoutClosing.length > 0 ? read.ids.map(open) : read.ids, ids);

    const longest = Math.max(...read.ids.map((list) => list.length));
    const padded = read.ids.map((list) => [
      ...list,
      ...Array<number>(longest - list.length).fill(padId),
    ]);
    assert.deepEqual(read.batch, padded);
    assert.deepEqual(read.mask.map((row) => row.indexOf(0) < 0 ? longest : row.indexOf(0)), [
      ...read.ids.map((list) => list.length),
    ]);

    const pair = tokenizer.encode("good film", "bad food");
    assert.deepEqual(read.pair[0], [...pair.ids]);
    if (usesTypes) assert.deepEqual(read.pair[1], [...pair.types]);
    const expected = read.class === "TokenizersBackend" ? "PreTrainedTokenizerFast" : read.class;
    assert.equal(files.settings.tokenizer_class, expected);
  });
}
