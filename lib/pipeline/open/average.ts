/**
 * An average of adapters as a method, which can be saved, attached, trained on and deployed.
 *
 * @module
 */
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import { writeFolderAtomic } from "../../core/atomic.ts";
import { adapter as adapterTarget } from "../../deploy/adapter.ts";
import { checkFolders } from "../../deploy/check_targets.ts";
import type { Adapter } from "../../nn/adapter.ts";
import { textClassification } from "../../tasks/text_classification.ts";
import type { Base } from "../run/open_base.ts";

/** One adapter made of several. */
export interface AveragedAdapter extends Adapter {
  /** Writes the folder that PEFT and `peft(folder)` open. */
  save(folder: string): Promise<void>;
}

/** An average with what it is made of. */
export interface OpenedAverage extends AveragedAdapter {
  readonly opened: OpenedAdapter;
}

/** True for what `averageOf` made. */
export function isAverage(adapter: Adapter): adapter is OpenedAverage {
  return "opened" in adapter;
}

/** Makes a method of an average. */
export function averageOf(
  opened: OpenedAdapter,
  settings: Readonly<Record<string, unknown>>,
  { files, tokenizer, config }: Pick<Base, "files" | "tokenizer" | "config">,
): OpenedAverage {
  const { model, attached, values, labels, kind } = opened;
  return Object.freeze({
    method: "average",
    settings,
    attach: () => attached,
    opened,
    async save(folder: string): Promise<void> {
      const target = adapterTarget(folder);
      await checkFolders([target]);
      const task = textClassification({
        kind,
        outputs: labels.length,
        targets: new Float32Array(),
      });
      const trained = {
        trainee: { model, adapter: attached, task },
        values,
        kind,
        labels,
        files,
        specialTokens: tokenizer.texts,
        maxTokens: opened.maxTokens ?? config.maxTokens,
      };
      await writeFolderAtomic(folder, (inside) => target.write(trained, inside));
    },
  });
}
