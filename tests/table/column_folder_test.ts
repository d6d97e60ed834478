import assert from "node:assert/strict";
import { columnFolder } from "../../lib/table/column_folder.ts";
import { readTable } from "../../lib/table/read_table.ts";
import { pickRows, sourceTable } from "../../lib/table/source_rows.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { placedImages } from "../../lib/tasks/shared/image_rows.ts";

Deno.test("images are found beside the file of a table that was filtered, ordered or renamed since", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/rows.csv`;
  await Deno.writeTextFile(file, "image,stars\na.png,1\nb.png,2\nc.png,3\n");
  const table = await readTable(file);
  const many = (row: { stars: number }) => row.stars > 1;
  const changed = {
    whole: table,
    filtered: table.filter(many),
    ordered: table.orderby("stars"),
    selected: table.select("image"),
    renamed: table.rename({ image: "picture" }).rename({ picture: "image" }),
    added: table.derive({ more: (row: { stars: number }) => row.stars + 1 }),
    picked: pickRows(table.filter(many), [1, 0]),
    given: sourceTable(table.filter(many), "the data"),
    format: await readTable(file, { format: "csv" }),
    omitted: await readTable(file, { omit: ["stars"] }),
    columns: await readTable(file, { columns: ["image"] }),
  };
  for (const [name, each] of Object.entries(changed)) {
    for (const path of placedImages(each, "image")) {
      assert.match(String(path).slice(folder.length), /^[/\\][abc]\.png$/, name);
    }
  }
  assert.equal(columnFolder(tableFromColumns({ image: ["a.png"] }), "image"), undefined);
  assert.equal(columnFolder(table, "none"), undefined);
});
