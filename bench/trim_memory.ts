/**
 * What the C library keeps of memory that was freed.
 *
 * @module
 */

/**
 * Asks glibc to give back what it keeps, by `malloc_trim`; true where there is such a function. What
 * stays resident afterwards is in use.
 */
export function trimMemory(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    const library = Deno.dlopen("libc.so.6", {
      malloc_trim: { parameters: ["usize"], result: "i32" },
    });
    library.symbols.malloc_trim(0n);
    library.close();
    return true;
  } catch {
    // Another C library, such as musl.
    return false;
  }
}
