/** The reports that the disk refused, in the order of their collection. */

export interface MemoryLane {
  readonly size: number;
  /** Of all bodies together. */
  readonly bytes: number;
  add(key: string, body: Uint8Array): void;
  has(key: string): boolean;
  get(key: string): Uint8Array | undefined;
  /** True where the key was there. */
  remove(key: string): boolean;
  /** May be changed while it is walked. */
  entries(): Iterable<[string, Uint8Array]>;
}

export function createMemoryLane(): MemoryLane {
  const bodies = new Map<string, Uint8Array>();
  let bytes = 0;
  return {
    get size() {
      return bodies.size;
    },
    get bytes() {
      return bytes;
    },
    add(key, body) {
      bodies.set(key, body);
      bytes += body.length;
    },
    has: (key) => bodies.has(key),
    get: (key) => bodies.get(key),
    remove(key) {
      bytes -= bodies.get(key)?.length ?? 0;
      return bodies.delete(key);
    },
    entries: () => bodies.entries(),
  };
}
