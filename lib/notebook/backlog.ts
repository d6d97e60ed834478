/**
 * How long the kernel still needs to send what a cell has written.
 *
 * @module
 */

/** Milliseconds that the kernel may take for a message: twice what was measured on an idle machine. */
const perMessage = 1.6;
/** Milliseconds that the last message may be under way: twice what was measured. */
const underWay = 30;

/** Counts messages. What was sent while a cell computed needs no waiting at its end. */
export interface Backlog {
  /** Notes that a message was handed to the kernel. */
  add(): void;
  /** Milliseconds until all of them are sent; 0 where there are none. */
  readonly left: number;
}

/** An empty backlog; `now` is a clock in milliseconds. */
export function backlog(now: () => number = () => performance.now()): Backlog {
  let sentAt = -underWay;
  return {
    add() {
      sentAt = Math.max(sentAt, now()) + perMessage;
    },
    get left() {
      return Math.max(0, sentAt + underWay - now());
    },
  };
}
