/**
 * A map whose values are made each time they are asked for, so that large ones need not all be in
 * memory at once.
 *
 * @module
 */

/** A read-only map of values that are made on demand and not kept. */
export class LazyMap<Key, Value> implements ReadonlyMap<Key, Value> {
  #makers: ReadonlyMap<Key, () => Value>;
  #anew: ReadonlySet<Key>;

  /** @param anew keys whose values are other objects each time, which nobody else has */
  constructor(makers: Iterable<readonly [Key, () => Value]>, anew: Iterable<Key> = []) {
    this.#makers = new Map(makers);
    this.#anew = new Set(anew);
  }

  /** Whether whoever asks for a value is the only one to have it. */
  makesAnew(key: Key): boolean {
    return this.#anew.has(key);
  }

  get size(): number {
    return this.#makers.size;
  }

  get(key: Key): Value | undefined {
    return this.#makers.get(key)?.();
  }

  has(key: Key): boolean {
    return this.#makers.has(key);
  }

  keys(): MapIterator<Key> {
    return this.#makers.keys();
  }

  *values(): MapIterator<Value> {
    for (const make of this.#makers.values()) yield make();
  }

  *entries(): MapIterator<[Key, Value]> {
    for (const [key, make] of this.#makers) yield [key, make()];
  }

  [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries();
  }

  forEach(visit: (value: Value, key: Key, map: ReadonlyMap<Key, Value>) => void): void {
    for (const [key, make] of this.#makers) visit(make(), key, this);
  }
}
