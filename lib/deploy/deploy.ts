/**
 * Deploys a trained model to a target.
 *
 * @module
 */
import { basename, join } from "node:path";
import { fillFileAtomic, writeFolderAtomic } from "../core/atomic.ts";
import type { Device } from "../engine/mod.ts";
import type { HeldOutRows } from "./held_out.ts";
import type { RunRecord } from "./hub/run_record.ts";
import { listFiles } from "./list_files.ts";
import { prove } from "./prove.ts";
import { standingAlone } from "./standing_alone.ts";
import type { DeployTarget, Receipt } from "./target.ts";
import type { TrainedModel } from "./trained_model.ts";

/** A file that a folder gets beside what its target writes, for others than the target's reader. */
export interface FileBeside {
  readonly name: string;
  readonly content: string;
}

/** What written files are proved with. */
interface DeployContext {
  readonly device: Device;
  readonly heldOut: HeldOutRows;
  /** What else a folder gets; a target that is one file has no place for it. */
  readonly beside?: readonly FileBeside[];
  /** What a model card says. */
  readonly run?: RunRecord | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a target's folder, opens it again, compares what it gives with the trained model's, and only
 * then puts it in its place: one receipt for each form. A difference above the tolerance is an error and
 * leaves nothing there.
 */
export async function deploy(
  target: DeployTarget,
  given: TrainedModel,
  context: DeployContext,
): Promise<Receipt[]> {
  const trained = target.needsBase
    ? given
    : { ...given, trainable: standingAlone(given.trainable) };
  const { folder: place, isFile } = target;
  const write = isFile ? fillFileAtomic : writeFolderAtomic;
  return await write(place, async (folder) => {
    try {
      await target.write(trained, folder);
      return await proved(target, trained, folder, context);
    } finally {
      await target.discard?.(folder);
    }
  });
}

async function proved(
  target: DeployTarget,
  trained: TrainedModel,
  folder: string,
  { beside = [], run, ...shared }: DeployContext,
): Promise<Receipt[]> {
  const { name, folder: place, isFile } = target;
  if (!isFile && !target.isPublic) {
    const home = join(folder, target.modelFolder ?? "");
    for (const { name, content } of beside) await Deno.writeTextFile(join(home, name), content);
  }
  const files = isFile
    ? [{ path: basename(folder), bytes: (await Deno.stat(folder)).size }]
    : await listFiles(folder);
  const forms = target.formsOf?.(trained) ?? [target];
  const own = forms.map((form) => form.filesOf?.(trained) ?? []);
  const receipts: Receipt[] = [];
  for (const [at, form] of forms.entries()) {
    const others = own.filter((_, other) => other !== at).flat();
    const read = files.filter(({ path }) => !others.some((other) => belongs(path, other)));
    const graphs = read.filter(({ path }) => own[at].some((each) => belongs(path, each)));
    const bytes = graphs.reduce((sum, { bytes }) => sum + bytes, 0);
    receipts.push({
      target: name,
      folder: place,
      ...(form.dtype === undefined ? {} : { dtype: form.dtype }),
      files: read,
      ...await prove(form, { name, place, folder, bytes, trained, ...shared }),
    });
  }
  const about = { run, signal: shared.signal };
  const published = await target.publish?.(trained, folder, receipts[0], about);
  return published ? receipts.map((receipt) => ({ ...receipt, published })) : receipts;
}

/** Whether a path is that of a file or of the weights beside it, `model.onnx_data`. */
function belongs(path: string, file: string): boolean {
  return path === file || path.startsWith(`${file}_data`);
}
