import assert from "node:assert/strict";
import { join } from "node:path";
import { type DataCard, dataSet, readPackageJson } from "../../datasets/data_set.ts";
import { sentiment } from "../../datasets/sentiment.ts";
import { tableFromColumns } from "../../lib/table/table.ts";

const read = () => Promise.resolve(tableFromColumns({ text: ["a"] }));
const cardWith = (changes: Partial<DataCard>): DataCard => ({ ...sentiment.card, ...changes });

Deno.test("a package that is absent, of another version or damaged is named", async () => {
  const absent = cardWith({ package: { name: "@tunebook/none", version: "1.0.0" } });
  await assert.rejects(dataSet("absent", absent, read)(), {
    kind: "download",
    message: /deno install npm:@tunebook\/none@1\.0\.0/,
  });
  const other = cardWith({ package: { name: "sentiment", version: "1.0.0" } });
  await assert.rejects(dataSet("other", other, read)(), {
    kind: "input",
    message: /5\.0\.2 is installed/,
  });
  await assert.rejects(dataSet("made", cardWith({ rows: 3 }), read)(), {
    kind: "data",
    message: /gave 1 rows instead of 3/,
  });
  assert.equal((await dataSet("made", cardWith({ rows: 1 }), read)()).numRows(), 1);
});

Deno.test("a file of a package that is absent or no JSON is named", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "bad.json"), "[1,");
    for (const name of ["bad.json", "none.json"]) {
      await assert.rejects(readPackageJson(folder, name), (error: Error) => {
        assert.ok(error.message.includes(name));
        return true;
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
