import assert from "node:assert/strict";

/** A document whose clock and events a test makes. */
const document = Object.assign(new EventTarget(), { hidden: false });
let now = 0;
Object.assign(globalThis, { document });
const { activeTimer } = await import("../../lib/feedback/page/timer.js");

Deno.test("time counts while a person is there", () => {
  const { now: own } = performance;
  performance.now = () => now;
  try {
    const timer = activeTimer(60);
    const later = (seconds: number, sign?: string) => {
      now += seconds * 1000;
      if (sign) document.dispatchEvent(new Event(sign));
    };
    const hide = (isHidden: boolean) => {
      document.hidden = isHidden;
      document.dispatchEvent(new Event("visibilitychange"));
    };
    later(100, "keydown");
    timer.start();
    later(10, "pointermove");
    // A minute counts of an hour without a sign.
    later(3600, "keydown");
    assert.equal(timer.seconds(), 70);
    hide(true);
    later(500);
    hide(false);
    later(5);
    assert.equal(timer.seconds(), 75);
  } finally {
    performance.now = own;
  }
});
