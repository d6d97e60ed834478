import assert from "node:assert/strict";
import { imageProcessor } from "../../../lib/image/processor/image_processor.ts";
import { fixedSize } from "../../../lib/tasks/shared/image_rows.ts";
import { isMistake } from "../../is_mistake.ts";

Deno.test("images whose shortest edge is told are refused with the setting that gives them one size", () => {
  for (const name of ["DetrImageProcessor", "YolosImageProcessor"]) {
    const size = { shortest_edge: 800, longest_edge: 1333 };
    assert.throws(
      () => fixedSize(imageProcessor({ image_processor_type: name, size })),
      isMistake("unsupported", name, "preprocessor_config.json", '"size": { "height": 512'),
    );
    const both = imageProcessor({ image_processor_type: name, size: { height: 40, width: 60 } });
    assert.deepEqual(fixedSize(both), { height: 40, width: 60 });
  }
});
