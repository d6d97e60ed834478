/**
 * The loss for pairs of texts that belong together: every other text of the batch is a wrong answer
 * (Henderson et al., "Efficient natural language response suggestion for smart reply", 2017,
 * arXiv 1705.00652; InfoNCE of van den Oord et al., arXiv 1807.03748).
 *
 * @module
 */
import { type HostTensor, tf } from "../../engine/mod.ts";
import { type EmbeddingLoss, type GroupBatch, numbers, rowNumbers, rowsAt, unit } from "./loss.ts";

/** How to rank. */
export interface RankingOptions {
  /** What cosines are multiplied with: the inverse of the temperature. */
  readonly scale: number;
  /** Whether each positive must also find its anchor among the anchors of the batch. */
  readonly symmetric: boolean;
}

/** Added to a score, it leaves nothing of it after the softmax. */
const never = -1e9;

/**
 * Groups are [anchor, positive, negative …]. Each anchor must find its positive among all positives
 * and negatives of the batch: the cross-entropy of scaled cosines, as `MultipleNegativesRankingLoss`
 * of sentence-transformers; `symmetric` is its directions `query_to_doc` and `doc_to_query` with
 * `partition_mode="per_direction"`.
 *
 * sentence-transformers keeps texts that occur twice out of a batch with a sampler
 * (`NO_DUPLICATES`). Here the batches stay as they are drawn, and a text that is a right answer too
 * is left out of the anchor's wrong answers: the same text as the positive or the anchor, or the
 * positive of another row with the same anchor. A batch without such texts has the same loss.
 */
export function multipleNegativesRanking({ scale, symmetric }: RankingOptions): EmbeddingLoss {
  return {
    acrossBatch: true,
    feeds: {
      anchors: rowNumbers("pairs"),
      positives: rowNumbers("pairs"),
      candidates: rowNumbers("candidates"),
      counted_candidates: numbers("pairs", "candidates"),
      ...(symmetric ? { counted_anchors: numbers("pairs", "pairs") } : {}),
    },
    sum(embeddings, feeds) {
      const units = unit(embeddings);
      const [anchors, positives, candidates] = [feeds.anchors, feeds.positives, feeds.candidates]
        .map((rows) => tf.gather(units, rows));
      const logSum = (from: typeof anchors, to: typeof anchors, counted: typeof anchors) => {
        const scores = tf.mul(tf.matMul(from, to, false, true), scale);
        return tf.logSumExp(tf.add(scores, tf.mul(tf.sub(1, counted), never)), 1);
      };
      const right = tf.mul(tf.sum(tf.mul(anchors, positives), 1), scale);
      const forward = logSum(anchors, candidates, feeds.counted_candidates);
      if (!symmetric) return tf.sum(tf.sub(forward, right));
      const back = logSum(positives, anchors, feeds.counted_anchors);
      return tf.sum(tf.sub(tf.div(tf.add(forward, back), 2), right));
    },
    targetsOf({ texts }: GroupBatch) {
      const columns = (texts[0] ?? []).slice(1).map((_, column) => column + 1);
      const candidates = columns.flatMap((column) =>
        texts.map((group, of): Candidate => ({ text: group[column], of, column }))
      );
      const rows = columns.flatMap((column) => [...rowsAt(texts, column).data]);
      return {
        anchors: rowsAt(texts, 0),
        positives: rowsAt(texts, 1),
        candidates: { shape: [rows.length], data: Int32Array.from(rows) },
        counted_candidates: tableOf(
          texts,
          candidates,
          (at, candidate) => candidate.of === at || !isRight(texts, at, candidate),
        ),
        ...(symmetric
          ? {
            counted_anchors: tableOf(
              texts,
              texts,
              (at, other) => other === texts[at] || !isRightAnchor(texts[at], other),
            ),
          }
          : {}),
      };
    },
  };
}

/** A text that anchors are compared with. */
interface Candidate {
  readonly text: number;
  /** The group that it is of. */
  readonly of: number;
  /** 1 for a positive, from 2 on for negatives. */
  readonly column: number;
}

/** Whether another group's text would be a right answer to the anchor of group `at`. */
function isRight(texts: GroupBatch["texts"], at: number, { text, of, column }: Candidate): boolean {
  const [anchor, positive] = texts[at];
  return text === positive || text === anchor || (column === 1 && texts[of][0] === anchor);
}

/** Whether the positive of a group belongs to the anchor of the other group, too. */
function isRightAnchor([anchor, positive]: readonly number[], other: readonly number[]): boolean {
  return other[0] === anchor || other[0] === positive || other[1] === positive;
}

/** 1 where a column counts for a group, [groups, columns]. */
function tableOf<Column>(
  texts: GroupBatch["texts"],
  columns: readonly Column[],
  counts: (at: number, column: Column) => boolean,
): HostTensor {
  const data = Float32Array.from(
    texts.flatMap((_, at) => columns.map((column) => counts(at, column) ? 1 : 0)),
  );
  return { shape: [texts.length, columns.length], data };
}
