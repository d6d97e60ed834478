import assert from "node:assert/strict";
import { join } from "node:path";
import { TunebookError } from "../../lib/core/errors.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { inFolder } from "./in_folder.ts";
import { file, good, malformedHeaders, tensor } from "./malformed_headers.ts";

Deno.test("every malformed file is refused with its name and the offending key", () =>
  inFolder(async (folder) => {
    assert.ok(malformedHeaders.length >= 60);
    const path = join(folder, "hostile.safetensors");
    for (const [what, bytes, named] of malformedHeaders) {
      await Deno.writeFile(path, bytes);
      const before = Deno.memoryUsage().rss;
      await assert.rejects(openSafetensors(path), (error) => {
        assert.ok(error instanceof TunebookError, `${what}: ${error}`);
        assert.equal(error.kind, "weights", what);
        assert.ok(error.message.includes(path), `${what}: ${error.message}`);
        assert.match(error.message, named, what);
        assert.ok(error.message.length < 2000, `${what}: a message is to be read`);
        return true;
      });
      assert.ok(Deno.memoryUsage().rss - before < 200e6, `${what}: memory grew`);
    }
  }));

Deno.test("the good file that the hostile ones are made from is read", () =>
  inFolder(async (folder) => {
    const path = join(folder, "good.safetensors");
    for (const bytes of [file(good, 8), file(`${good}     `, 8), tensor({}), file("{}")]) {
      await Deno.writeFile(path, bytes);
      using opened = await openSafetensors(path);
      for (const name of opened.tensors.keys()) {
        assert.deepEqual(await opened.readFloat32(name), new Float32Array(2));
      }
    }
  }));
