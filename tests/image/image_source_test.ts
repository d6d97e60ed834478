import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { decodeImage } from "../../lib/image/decode_image.ts";
import { imageBytes } from "../../lib/image/image_bytes.ts";
import { imageKey, imageSourceOf } from "../../lib/image/image_source.ts";
import { readTable } from "../../lib/table/read_table.ts";
import { goldenBytes, goldenImages } from "./golden_images.ts";

const objects = join(dirname(goldenImages), "objects");

Deno.test("Parquet and Arrow with images as the hub has them give the files' bytes", async () => {
  const [png, jpeg, grey] = await Promise.all(
    ["rgb.png", "colour.jpg", "grey.png"].map(goldenBytes),
  );
  for (const file of ["hub.parquet", "hub.arrow"]) {
    const cells = (await readTable(join(objects, file))).array("image") as unknown[];
    const read = (row: number) => imageBytes(cells[row], goldenImages, { where: `row ${row + 1}` });
    assert.deepEqual(new Uint8Array(await read(0)), png, file);
    assert.deepEqual(new Uint8Array(await read(1)), jpeg, file);
    assert.deepEqual(new Uint8Array(await read(2)), grey, file);
    await assert.rejects(read(3), /row 4 has no image/);
    const image = await decodeImage(await read(0), { where: "row 1" });
    assert.deepEqual([image.width, image.height], [37, 23]);
  }
  const cells = (await readTable(join(objects, "bytes.parquet"))).array("image") as unknown[];
  assert.deepEqual(await imageBytes(cells[1]), jpeg);
  await assert.rejects(imageBytes(cells[2], ".", { where: "row 3" }), /row 3 has no image/);
});

Deno.test("paths, addresses and data addresses are read", async () => {
  const png = await goldenBytes("rgb.png");
  assert.deepEqual(new Uint8Array(await imageBytes("rgb.png", goldenImages)), png);
  assert.deepEqual(new Uint8Array(await imageBytes(join(goldenImages, "rgb.png"), "/none")), png);
  assert.deepEqual(await imageBytes(`data:image/png;base64,${png.toBase64()}`), png);
  const server = Deno.serve(
    { port: 0, onListen() {} },
    (request) =>
      new URL(request.url).pathname === "/set/rgb.png"
        ? new Response(png.slice())
        : new Response("no", { status: 404 }),
  );
  try {
    const address = `http://localhost:${server.addr.port}/set`;
    assert.deepEqual(await imageBytes(`${address}/rgb.png`), png);
    assert.deepEqual(await imageBytes("rgb.png", address), png);
    await assert.rejects(
      imageBytes(`${address}/none.png`, ".", { where: "row 2" }),
      /^TunebookError: row 2: http.*answered 404/,
    );
  } finally {
    await server.shutdown();
  }
});

Deno.test("cells that mean no image are refused by name", async () => {
  for (const cell of [null, undefined, "", { bytes: null, path: null }]) {
    await assert.rejects(imageBytes(cell, ".", { where: "row 9" }), /row 9 has no image/);
  }
  await assert.rejects(imageBytes(7, ".", { where: "row 9" }), /row 9 is 7; an image is a path/);
  await assert.rejects(imageBytes({ url: "a" }, "."), /an image is a path/);
  await assert.rejects(imageBytes(new Blob([]), "."), /is a Blob; give its bytes/);
  await assert.rejects(imageBytes("none.png", ".", { where: "row 9" }), /row 9: cannot read none/);
  await assert.rejects(imageBytes("ftp://a/b.png", "."), /cannot read ftp:/);
  await assert.rejects(imageBytes("data:x", ".", { where: "row 9" }), /row 9 is a data: address/);
  await assert.rejects(imageBytes("a", ".", { nonsense: 1 } as never), /no option nonsense/);
});

Deno.test("the same bytes have one key, and a drive is no address", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  assert.equal(imageKey(bytes.slice()), imageKey(bytes));
  assert.notEqual(imageKey(Uint8Array.of(1, 2)), imageKey(bytes));
  assert.equal(imageSourceOf(new URL("https://a/b.png"), "row 4").kind, "address");
  assert.equal(imageSourceOf("C:\\cats\\1.jpg", "row 5").kind, "path");
});
