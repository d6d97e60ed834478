import assert from "node:assert/strict";
import { writeCellFiles } from "./cell_files.ts";

// One check of them all: most of the time goes into the library, which they share. `deno task test` leaves
// this test out, because it checks the same files together with all others.
Deno.test("the notebooks have the right types", async () => {
  await using cells = await writeCellFiles(new URL("../../notebooks/", import.meta.url));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", ...cells.paths],
    env: { NO_COLOR: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
});
