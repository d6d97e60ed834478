/**
 * Makes tokens less likely that stand in the prompt or were written.
 *
 * @module
 */
import { type LogitsProcessor, tokenAt } from "./logits_processor.ts";

/**
 * Divides the positive logits of earlier tokens by `penalty` and multiplies the others with it, once for
 * each token however often it stands there (Keskar et al., 2019, arXiv 1909.05858), as `repetition_penalty`
 * of transformers does.
 *
 * @param penalty above 0; 1 changes nothing, more than 1 avoids repetition
 */
export function repetitionPenalty(penalty: number): LogitsProcessor {
  // The number of the call that last met a token: no set is made anew for each token.
  let met = new Uint32Array(0);
  let call = 0;
  return (logits, context) => {
    if (met.length !== logits.length || call === 0xffffffff) {
      met = new Uint32Array(logits.length);
      call = 0;
    }
    call++;
    const length = context.prompt.length + context.written.length;
    for (let i = 0; i < length; i++) {
      const token = tokenAt(context, i);
      // Embedding tables may have more rows than there are logits.
      if (token >= logits.length || met[token] === call) continue;
      met[token] = call;
      const logit = logits[token];
      logits[token] = logit < 0 ? logit * penalty : logit / penalty;
    }
  };
}
