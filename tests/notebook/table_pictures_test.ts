import assert from "node:assert/strict";
import { decodeImage } from "../../lib/image/decode_image.ts";
import { pngEncoder } from "../../lib/image/encode_png.ts";
import { displayWithPictures } from "../../lib/notebook/table_pictures.ts";
import { rememberFile } from "../../lib/table/column_folder.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { assertSelfContained, hostile } from "../core/self_contained.ts";

const encode = await pngEncoder();
const red = encode({
  width: 200,
  height: 100,
  channels: 3,
  data: new Uint8Array(60_000).map((_, at) => at % 3 ? 0 : 255),
});
const mask = encode({
  width: 2,
  height: 2,
  channels: 1,
  data: Uint8Array.of(0, 1, 2, 255),
});

async function firstPicture(markup: string) {
  const [, base64] = /src="data:image\/png;base64,([^"]+)"/.exec(markup)!;
  return await decodeImage(Uint8Array.fromBase64(base64), { where: "the picture" });
}

Deno.test("images in a table are small pictures: of bytes, of the hub's structs, of paths and addresses", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/red.png`, red);
  const table = rememberFile(
    tableFromColumns({
      bytes: [red, new Uint8Array(3), null],
      hub: [{ bytes: red, path: hostile }, { bytes: red.slice(0, 60), path: "cut.png" }, null],
      path: ["red.png", "missing.png", "notes.txt"],
      address: [`data:image/png;base64,${red.toBase64()}`, "", "data:image/png;base64,AAAA"],
      text: ["a", "b", "c"],
    }),
    `${folder}/rows.csv`,
  );
  const bundle = await displayWithPictures(table);
  const markup = assertSelfContained(bundle);
  assert.equal(markup.match(/<img/g)?.length, 4);
  const { width, height, data } = await firstPicture(markup);
  assert.deepEqual([width, height, ...data.slice(0, 3)], [64, 32, 255, 0, 0]);
  // What is no picture keeps its words.
  for (const words of ["3 bytes", "cut.png, 60 bytes", "missing.png", "notes.txt"]) {
    assert.ok(markup.includes(words) && bundle["text/plain"].includes(words), words);
  }
});

Deno.test("a mask has a colour for each class, and a table without images is shown at once", async () => {
  const { data } = await firstPicture(
    String((await displayWithPictures(tableFromColumns({ mask: [mask] })))["text/html"]),
  );
  const pixels = new Set([0, 3, 6, 9].map((at) => data.slice(at, at + 3).join()));
  assert.equal(pixels.size, 4);
  assert.ok(pixels.has("255,255,255"), "pixels that do not count are white");
  for (const cell of ["x.txt", "https://example.invalid/never-asked.png"]) {
    assert.ok(!(displayWithPictures(tableFromColumns({ cell: [cell] })) instanceof Promise));
  }
});
