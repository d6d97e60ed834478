/**
 * How long the kernel still needs to send what a cell has written.
 *
 * @module
 */

/** Milliseconds that the kernel may take for a message: twice what was measured on an idle machine. */
const perMessage = 1.6;
/** In a long burst it takes a tenth of a millisecond, also on a busy machine; three times that. */
const perMessageOfBurst = 0.3;
const longBurst = 100;
/** Milliseconds for a character of a display: twice what 5 MB took on a busy machine. */
const perCharacter = 25e-6;
/** Milliseconds that the last message may be under way: three times what was measured. */
const underWay = 50;

/** Counts messages. What was sent while a cell computed needs no waiting at its end. */
export interface Backlog {
  /** Notes that a message with so many characters was handed to the kernel. */
  add(characters?: number): void;
  /** Milliseconds until all of them are sent; 0 where there are none. */
  readonly left: number;
}

/** An empty backlog; `now` is a clock in milliseconds. */
export function backlog(now: () => number = () => performance.now()): Backlog {
  let sentAt = -underWay;
  let burst = 0;
  return {
    add(characters = 0) {
      const time = now();
      burst = sentAt > time ? burst + 1 : 1;
      const needed = burst > longBurst ? perMessageOfBurst : perMessage;
      sentAt = Math.max(sentAt, time) + needed + characters * perCharacter;
    },
    get left() {
      return Math.max(0, sentAt + underWay - now());
    },
  };
}
