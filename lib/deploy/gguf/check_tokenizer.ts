/**
 * Looks at the tokenizer of a written GGUF file.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { loadTokenizer } from "../../text/tokenizer.ts";
import { chooseTemplate } from "../../text/chat/chat_template.ts";
import type { CheckContext } from "../checks/folder_facts.ts";
import { otherIds } from "../checks/same_ids.ts";

/**
 * The file's tokenizer gives the ids of the training, ends texts with the same token and has the same chat
 * template. Gives the number of checks, and throws one error of kind "output" with all differences.
 */
export async function checkGgufTokenizer(path: string, context: CheckContext): Promise<number> {
  const { processor, task } = context.trained;
  if (processor.input !== "text") return 0;
  const own = processor.tokenizer;
  const written = await loadTokenizer({ tokenizer: path });
  const asked = task.signature.chat?.template;
  const template = asked === undefined
    ? own.chat.templates.default
    : chooseTemplate(own.chat, asked).source;
  const wrong = [
    ...await otherIds(written, "the file", context),
    ...(own.eosId === undefined || written.eosId === own.eosId
      ? []
      : [`the file ends texts with the token ${written.eosId}, not ${own.eosId}`]),
    ...(written.chat.templates.default === template
      ? []
      : ["the file has another chat template than the training"]),
  ];
  const checks = 3;
  if (wrong.length === 0) return checks;
  throw mistakes("output", "the file says something else than the training did:", wrong);
}
