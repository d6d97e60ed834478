/**
 * Where short rows are filled and long ones cut.
 *
 * @module
 */
import { continuesTexts } from "../../nn/model.ts";
import { asJson, type FolderCheck, type FolderFacts } from "./folder_facts.ts";

/** Classes of Python whose padding goes to the left unless `padding_side` says otherwise. */
const leftClasses = /^(?:Llama|CodeLlama|Gemma)Tokenizer(?:Fast)?$/;

/**
 * Training pads and cuts on the right; `tokenizer.json` may have sides of its own. Texts that go on must
 * end together, where the next token is asked: a model that writes is padded on the left.
 */
export const checkSides: FolderCheck = (facts, { trained: { processor, trainable } }) => {
  if (processor.input !== "text") return [];
  const { padding_side: padding, truncation_side: truncation } = facts.tokenizerConfig;
  const wrong: string[] = [];
  const found = padding ?? sideIn(facts, "padding") ?? sideOfClass(facts);
  const writes = continuesTexts(trainable.model);
  if (found !== (writes ? "left" : "right")) {
    wrong.push(
      `tokenizer_config.json: padding_side is ${asJson(padding)}, which pads on the ${found}; ` +
        (writes
          ? "texts that go on must be padded on the left"
          : "the training padded on the right"),
    );
  }
  const cut = truncation ?? sideIn(facts, "truncation") ?? "right";
  if (cut !== "right") {
    wrong.push(
      `tokenizer_config.json: truncation_side is ${asJson(truncation)}, which cuts texts on the ` +
        `${cut}; the training cut them on the right`,
    );
  }
  return wrong;
};

/** What `tokenizer.json` says, which counts where `tokenizer_config.json` says nothing. */
function sideIn({ tokenizer }: FolderFacts, what: "padding" | "truncation"): string | undefined {
  const { direction } = (tokenizer[what] ?? {}) as { direction?: unknown };
  return typeof direction === "string" ? direction.toLowerCase() : undefined;
}

function sideOfClass({ tokenizerConfig }: FolderFacts): "left" | "right" {
  return leftClasses.test(String(tokenizerConfig.tokenizer_class)) ? "left" : "right";
}
