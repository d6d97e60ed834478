/**
 * The logits of starts and ends → the best answers in a context.
 *
 * @module
 */

/** What the model gave for one window of a context. */
export interface SpanWindow {
  /** The logit as a start and as an end of each token, special tokens included, [tokens · 2]. */
  readonly logits: Float32Array;
  /** The token that stands for no answer. */
  readonly nullPosition: number;
  /** The context's first token in this window. */
  readonly contextStart: number;
  /** Where each of the context's tokens starts and ends in the context, in UTF-16 code units. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** A text of the context that may be the answer. */
export interface AnswerCandidate {
  readonly text: string;
  /** Where it stands in the context, in UTF-16 code units as `context.slice(start, end)` takes. */
  readonly start: number;
  readonly end: number;
  /**
   * The probability of its start times that of its end, among the tokens of its window's context and
   * the one that stands for no answer, as the pipelines of transformers and transformers.js have it.
   */
  readonly score: number;
  /** The sum of both logits, by which candidates are ordered. */
  readonly logit: number;
}

/** The best answers, and how good none is. */
export interface BestSpans {
  /** The best ones first. */
  readonly candidates: readonly AnswerCandidate[];
  /** The sum of both logits of no answer; the lowest of the windows. */
  readonly nullLogit: number;
  /** The product of both probabilities of no answer; the lowest of the windows. */
  readonly nullScore: number;
}

/** How to search. */
export interface SpanSearch {
  /** How many candidates to give. */
  readonly nBest: number;
  /** The longest answer in tokens. */
  readonly maxAnswerTokens: number;
}

/**
 * Looks at every span of the context's tokens. A span that several windows have counts with its
 * highest logit. White space at its ends is left out, and a span of nothing else is none.
 *
 * As transformers' `run_qa.py` orders them; that looks at spans between the 20 best starts and ends
 * only, which leaves out the best span where these are too far apart or in the question.
 */
export function bestSpans(
  context: string,
  windows: readonly SpanWindow[],
  search: SpanSearch,
): BestSpans {
  const found = new Map<string, AnswerCandidate>();
  let [nullLogit, nullScore] = [Infinity, Infinity];
  for (const window of windows) {
    const scoreOf = spanScores(window);
    const { logits, nullPosition: at } = window;
    nullLogit = Math.min(nullLogit, logits[2 * at] + logits[2 * at + 1]);
    nullScore = Math.min(nullScore, scoreOf(at, at));
    for (const { start, end, logit, first, last } of bestOfWindow(context, window, search)) {
      const key = `${start}-${end}`;
      if ((found.get(key)?.logit ?? -Infinity) >= logit) continue;
      const score = scoreOf(window.contextStart + first, window.contextStart + last);
      found.set(key, { text: context.slice(start, end), start, end, score, logit });
    }
  }
  const candidates = [...found.values()]
    .sort((a, b) => b.logit - a.logit || a.start - b.start || a.end - b.end)
    .slice(0, search.nBest);
  return { candidates, nullLogit, nullScore };
}

interface WindowSpan {
  readonly start: number;
  readonly end: number;
  readonly logit: number;
  /** Tokens, counted from the first of the window's context. */
  readonly first: number;
  readonly last: number;
}

/** The `nBest` spans of a window with different texts, the best ones first. */
function bestOfWindow(
  context: string,
  { logits, contextStart, ...offsets }: SpanWindow,
  { nBest, maxAnswerTokens }: SpanSearch,
): WindowSpan[] {
  const starts = offsets.starts.map((start, i) => skipSpaces(context, start, offsets.ends[i]));
  const ends = offsets.ends.map((end, i) => skipSpacesBack(context, end, offsets.starts[i]));
  const best: WindowSpan[] = [];
  for (let first = 0; first < starts.length; first++) {
    const startLogit = logits[2 * (contextStart + first)];
    const beyond = Math.min(starts.length, first + maxAnswerTokens);
    for (let last = first; last < beyond; last++) {
      const logit = startLogit + logits[2 * (contextStart + last) + 1];
      if (best.length === nBest && logit <= best[nBest - 1].logit) continue;
      if (starts[first] < ends[last]) {
        insert(best, { start: starts[first], end: ends[last], logit, first, last }, nBest);
      }
    }
  }
  return best;
}

/** Puts a span where it belongs, unless the same text is there with a better one. */
function insert(best: WindowSpan[], span: WindowSpan, most: number): void {
  const same = best.findIndex(({ start, end }) => start === span.start && end === span.end);
  if (same >= 0) {
    if (best[same].logit >= span.logit) return;
    best.splice(same, 1);
  }
  const at = best.findIndex(({ logit }) => logit < span.logit);
  best.splice(at < 0 ? best.length : at, 0, span);
  if (best.length > most) best.pop();
}

/** Start and end token of a window → the product of their probabilities. */
function spanScores(
  { logits, nullPosition, contextStart, starts }: SpanWindow,
): (start: number, end: number) => number {
  const choices = [nullPosition, ...Array.from(starts, (_, i) => contextStart + i)];
  const [startSum, endSum] = [0, 1].map((side) => {
    const most = Math.max(...choices.map((at) => logits[2 * at + side]));
    // The log of the sum of powers, taken from the largest so that none overflows.
    return most +
      Math.log(choices.reduce((s, at) => s + Math.exp(logits[2 * at + side] - most), 0));
  });
  return (start, end) => Math.exp(logits[2 * start] - startSum + logits[2 * end + 1] - endSum);
}

const isSpace = (context: string, at: number) => /\s/.test(context[at]);

function skipSpaces(context: string, start: number, end: number): number {
  while (start < end && isSpace(context, start)) start++;
  return start;
}

function skipSpacesBack(context: string, end: number, start: number): number {
  while (end > start && isSpace(context, end - 1)) end--;
  return end;
}
