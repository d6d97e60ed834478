/**
 * Uses files, a cache and a server without the permission to; says what each gives.
 *
 * @module
 */
import { open, peft, readTable, resolveModel, TunebookError } from "tunebook";
import { loadCheckpoint } from "../../lib/train/checkpoint.ts";
import { downloadFromHub } from "../../lib/weights/hub.ts";

const hub = { repository: "org/name", revision: "main" };
const cacheFolder = "/nowhere";
const uses: (() => Promise<unknown>)[] = [
  () => resolveModel("file:/nowhere/model"),
  () => open("file:/nowhere/model"),
  () => readTable("/nowhere/rows.csv"),
  () => peft("/nowhere").open!(),
  () => loadCheckpoint("/nowhere"),
  () => downloadFromHub(hub),
  () => downloadFromHub(hub, { cacheFolder, attempts: 1 }),
];
for (const use of uses) {
  const error = await use().catch((error) => error);
  console.log(
    error instanceof TunebookError ? error.message.replaceAll("\n", " ") : (error as Error)?.stack,
  );
}
