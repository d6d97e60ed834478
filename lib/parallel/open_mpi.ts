/**
 * Open MPI, called through Deno's foreign functions: the engine that clusters have.
 *
 * Source: MPI 3.1 (https://www.mpi-forum.org/docs/mpi-3.1/), and Open MPI's `mpi.h`, whose communicators, types and
 * operations are addresses of symbols.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import { interruption } from "../core/interruption.ts";
import type { Launched } from "../core/launched.ts";
import type { ProcessGroup } from "./process_group.ts";

/** Where the library lies, where it is not among the system's. */
const libraryVariable = "TUNEBOOK_MPI";
const libraries: Readonly<Partial<Record<typeof Deno.build.os, readonly string[]>>> = {
  linux: ["libmpi.so.40", "libmpi.so"],
  darwin: ["libmpi.40.dylib", "libmpi.dylib"],
};
const ownLibrary: Readonly<Partial<Record<typeof Deno.build.os, string>>> = {
  linux: "libc.so.6",
  darwin: "libSystem.dylib",
};

/** `RTLD_NOW`, and `RTLD_GLOBAL`, which Open MPI's own plug-ins need. */
const [resolveNow, forAll] = [2, Deno.build.os === "darwin" ? 8 : 256];
/** `MPI_THREAD_SERIALIZED`: one call at a time, from whichever thread. */
const oneCallAtATime = 2;
/** The address that is `MPI_IN_PLACE`. */
const inPlaceAddress = 1n;

const functions = {
  MPI_Init_thread: { parameters: ["pointer", "pointer", "i32", "buffer"], result: "i32" },
  MPI_Comm_rank: { parameters: ["pointer", "buffer"], result: "i32" },
  MPI_Comm_size: { parameters: ["pointer", "buffer"], result: "i32" },
  MPI_Allreduce: {
    parameters: ["pointer", "buffer", "i32", "pointer", "pointer", "pointer"],
    result: "i32",
    nonblocking: true,
  },
  MPI_Bcast: {
    parameters: ["buffer", "i32", "pointer", "i32", "pointer"],
    result: "i32",
    nonblocking: true,
  },
  MPI_Finalize: { parameters: [], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

type Library = Deno.DynamicLibrary<typeof functions>["symbols"];

/** A group of processes that MPI connects, until it is closed; it cannot be opened again. */
export interface MpiGroup extends ProcessGroup {
  /** Tells the launcher that this process ends as it should. Waits for the others. */
  close(): void;
}

/**
 * Joins the other processes.
 *
 * @param waitSeconds how long a process waits for the others
 *
 * Throws an error of kind "unsupported" where there is no Open MPI, and of kind "input" where it does not connect
 * the processes that were launched.
 */
export function openMpi({ launcher, rank, size }: Launched, waitSeconds: number): MpiGroup {
  const { library, world, types, sumOperation } = load();
  const answer = new Int32Array(1);
  const ask = (call: (answer: Int32Array<ArrayBuffer>) => number, what: string): number => {
    const code = call(answer);
    if (code !== 0) throw new TunebookError("device", `Open MPI could not ${what} (error ${code})`);
    return answer[0];
  };
  ask((level) => library.MPI_Init_thread(null, null, oneCallAtATime, level), "start");
  const found = ask((size) => library.MPI_Comm_size(world, size), "count the processes");
  const own = ask((rank) => library.MPI_Comm_rank(world, rank), "tell which process this is");
  if (found !== size || own !== rank) {
    throw new TunebookError(
      "input",
      `${launcher} has launched this as process ${rank} of ${size}, but Open MPI sees process ${own} of ${found}: ` +
        "launch the processes with mpirun, or with srun --mpi=pmix",
    );
  }
  const inPlace = Deno.UnsafePointer.create(inPlaceAddress);
  // The numbers of the present call: nobody else may look at them, also where the call is left behind.
  let busyWith: Float32Array | Float64Array | undefined;
  const call = async (
    values: Float32Array | Float64Array,
    work: () => Promise<number>,
    what: string,
    { signal, wait = waitSeconds }: { signal?: AbortSignal | undefined; wait?: number | undefined },
  ) => {
    if (busyWith) throw new Error("one call after the other");
    busyWith = values;
    const done = async () => {
      const code = await work();
      if (code !== 0) {
        throw new TunebookError("device", `Open MPI could not ${what} (error ${code})`);
      }
      busyWith = undefined;
    };
    await inTime(done(), { rank, size, waitSeconds: wait, signal });
  };
  return {
    rank,
    size,
    async sum(values, signal, wait) {
      const type = values instanceof Float32Array ? types.float : types.double;
      const numbers = values as Float32Array<ArrayBuffer>;
      const { length } = values;
      const work = () => library.MPI_Allreduce(inPlace, numbers, length, type, sumOperation, world);
      await call(values, work, "add up", { signal, wait });
    },
    async broadcast(values, from, signal) {
      const numbers = values as Float32Array<ArrayBuffer>;
      const work = () => library.MPI_Bcast(numbers, values.length, types.float, from, world);
      await call(values, work, "broadcast", { signal });
    },
    close() {
      // What waits for a lost process would wait for ever.
      if (!busyWith) library.MPI_Finalize();
    },
  };
}

/** Waits for the other processes, but not for ever. */
async function inTime(
  work: Promise<void>,
  { rank, size, waitSeconds, signal }: {
    readonly rank: number;
    readonly size: number;
    readonly waitSeconds: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const waits = `process ${rank} of ${size} waited for the others`;
  const stop = () => reject(interruption(`${waits} when it was stopped`));
  const giveUp = () =>
    reject(
      new TunebookError(
        "device",
        `${waits} for ${waitSeconds} seconds; one of them was lost or is stuck`,
      ),
    );
  const timer = Number.isFinite(waitSeconds) ? setTimeout(giveUp, waitSeconds * 1000) : undefined;
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** Opens the library and finds what `mpi.h` names. */
function load() {
  const { os } = Deno.build;
  const asked = Deno.env.get(libraryVariable);
  const names = asked ? [asked] : libraries[os] ?? [];
  const system = ownLibrary[os];
  const failures: string[] = [];
  for (const name of system ? names : []) {
    try {
      const { symbols } = Deno.dlopen(system!, {
        dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
        dlsym: { parameters: ["pointer", "buffer"], result: "pointer" },
      });
      const handle = symbols.dlopen(terminated(name), resolveNow | forAll);
      const library: Library = Deno.dlopen(name, functions).symbols;
      const address = (symbol: string) => {
        const found = symbols.dlsym(handle, terminated(symbol));
        if (!found) throw new Error(`${name} is no Open MPI: it has no ${symbol}`);
        return found;
      };
      return {
        library,
        world: address("ompi_mpi_comm_world"),
        types: { float: address("ompi_mpi_float"), double: address("ompi_mpi_double") },
        sumOperation: address("ompi_mpi_op_sum"),
      };
    } catch (error) {
      failures.push(`- ${messageOf(error)}`);
    }
  }
  throw new TunebookError(
    "unsupported",
    `several processes need Open MPI, which was not found on ${os}; install it, or give its library in ` +
      `${libraryVariable}${failures.length > 0 ? `:\n${failures.join("\n")}` : ""}`,
  );
}

function terminated(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
