/**
 * Makes tokens less likely by how often they were written.
 *
 * @module
 */
import type { LogitsProcessor } from "./logits_processor.ts";

/**
 * Takes `frequency` from the logit of a token for each time that it was written, and `presence` once where
 * it was written at all: logit − frequency · count − presence · [count > 0], as OpenAI's API defines it.
 * The prompt does not count, as in vLLM.
 */
export function countPenalties(frequency: number, presence: number): LogitsProcessor {
  let met = new Uint32Array(0);
  let call = 0;
  return (logits, { written }) => {
    if (met.length !== logits.length || call === 0xffffffff) {
      met = new Uint32Array(logits.length);
      call = 0;
    }
    call++;
    for (let i = 0; i < written.length; i++) {
      const token = written[i];
      if (token >= logits.length) continue;
      logits[token] -= met[token] === call ? frequency : frequency + presence;
      met[token] = call;
    }
  };
}
