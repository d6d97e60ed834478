/**
 * How far files that hold a language model are from the trained one: what both say about the same tokens.
 *
 * @module
 */

/** The same for every target and type of numbers. */
export interface LanguageReceipt {
  /** Tokens of held-out rows that both models were asked at, chat templates included. */
  readonly tokens: number;
  /** The largest difference of a logit. */
  readonly largestLogit: number;
  /** Kullback-Leibler divergence of the files' next token from the trained model's, in nats. */
  readonly kl: { readonly mean: number; readonly largest: number };
  /** At how many of the tokens both have the same likeliest next one. */
  readonly sameToken: number;
  /** What both write for held-out inputs, the likeliest token each time; absent for tasks that ask nothing. */
  readonly texts?: TextAgreement;
}

/** How many texts agree, each of a few tokens, the likeliest one each time. */
export interface TextAgreement {
  readonly compared: number;
  /** Texts that are the same to their end. */
  readonly same: number;
  /** Texts whose first token is the same. */
  readonly sameFirstToken: number;
}

/** Compares logits [tokens, vocabSize] of the same tokens. */
export function compareTokens(
  pairs: readonly { readonly trained: Float32Array; readonly written: Float32Array }[],
  vocabSize: number,
): Omit<LanguageReceipt, "texts"> {
  let [tokens, largestLogit, sum, largest, sameToken] = [0, 0, 0, 0, 0];
  for (const { trained, written } of pairs) {
    for (let at = 0; at < trained.length; at += vocabSize) {
      const p = trained.subarray(at, at + vocabSize);
      const q = written.subarray(at, at + vocabSize);
      const { kl, logit, isSame } = compareToken(p, q);
      tokens++;
      sum += kl;
      largest = worse(largest, kl);
      largestLogit = worse(largestLogit, logit);
      if (isSame) sameToken++;
    }
  }
  return { tokens, largestLogit, kl: { mean: sum / Math.max(1, tokens), largest }, sameToken };
}

/** What is no number is as bad as can be. */
const worse = (a: number, b: number) => Number.isNaN(b) ? Infinity : Math.max(a, b);

function compareToken(p: Float32Array, q: Float32Array) {
  const [ours, theirs] = [likeliest(p), likeliest(q)];
  const [logP, logQ] = [logSum(p, p[ours]), logSum(q, q[theirs])];
  let [kl, logit] = [0, 0];
  for (let i = 0; i < p.length; i++) {
    const log = p[i] - logP;
    // Rounding makes sums of equal distributions a little less than 0.
    if (log > -Infinity) kl += Math.exp(log) * (log - (q[i] - logQ));
    if (p[i] !== q[i]) logit = worse(logit, Math.abs(p[i] - q[i]));
  }
  return {
    kl: Number.isNaN(kl) ? Infinity : Math.max(0, kl),
    logit,
    isSame: ours === theirs,
  };
}

/** log Σ eˣ, in float64. */
function logSum(x: Float32Array, largest: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.exp(x[i] - largest);
  return largest + Math.log(sum);
}

/** The place of the largest number, the first of several. */
export function likeliest(x: Float32Array): number {
  let best = 0;
  for (let i = 1; i < x.length; i++) if (x[i] > x[best]) best = i;
  return best;
}

/** The same in words. */
export function languageInWords(
  { tokens, largestLogit, kl, sameToken, texts }: LanguageReceipt,
): string {
  const share = (100 * sameToken / Math.max(1, tokens)).toFixed(1);
  return `logits differ by at most ${largestLogit.toPrecision(2)} on ${tokens} tokens, KL ` +
    `${kl.mean.toExponential(1)} nats on average and ${kl.largest.toExponential(1)} at most, ` +
    `${share} % of likeliest tokens are the same` +
    (texts
      ? `, ${texts.same} of ${texts.compared} written texts and ${texts.sameFirstToken} first tokens`
      : "");
}
