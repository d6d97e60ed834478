/**
 * How the page asks for each task. A new one is one file and one line here.
 *
 * A task has the `path` of its endpoint; `settings(model)` of the form and of the answer, or a `form(model)` of
 * its own; `body(input)` that is posted beside the model's name, files as they are; and `found(answer, input,
 * model)`, what is shown of the answer as `answer.js` takes it, or `shown(answer)`, elements. One that writes has
 * `isStream` and `pieceOf(event)`, the text of an event.
 *
 * @module
 */
import { answer } from "./answer.js";
import { chat } from "./chat.js";
import { classify } from "./classify.js";
import { detect } from "./detect.js";
import { draw } from "./draw.js";
import { search } from "./search.js";
import { segment } from "./segment.js";
import { tokens } from "./tokens.js";
import { write } from "./write.js";

/** By the names that `/v1/models` gives. */
export const tasks = new Map(Object.entries({
  "text-classification": classify,
  "image-classification": classify,
  "token-classification": tokens,
  "question-answering": answer,
  "sentence-embeddings": search,
  "object-detection": detect,
  "image-segmentation": segment,
  "image-generation": draw,
  "chat": chat,
  "text-generation": write,
  "text2text-generation": write,
  "translation": write,
  "summarization": write,
}));
