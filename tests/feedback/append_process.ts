/**
 * Appends 40 records to a file and prints how many were refused: `append_process.ts FILE RECORD`.
 *
 * @module
 */
import { isMistake } from "../is_mistake.ts";
import { openAnswerFile } from "../../lib/feedback/storage/answer_file.ts";

const [path, record] = Deno.args;
const file = await openAnswerFile(path);
let refused = 0;
for (let at = 0; at < 40; at++) {
  await file.append({ ...JSON.parse(record), id: String(at) }).catch((error) => {
    isMistake("output", "cannot be written", "send the answer again")(error);
    refused++;
  });
}
await file[Symbol.asyncDispose]();
console.log(refused);
