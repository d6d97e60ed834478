import assert from "node:assert/strict";
import {
  hasBfloat16Products,
  hasByteProducts,
  readCpuinfo,
  readSysctl,
} from "../../../lib/engine/devices/host_processor.ts";

const epyc = `processor\t: 0
vendor_id\t: AuthenticAMD
cpu family\t: 25
model\t\t: 17
model name\t: AMD EPYC 9654
flags\t\t: fpu sse2 fma avx avx2 avx512f avx512_bf16 avx512_vnni

processor\t: 1
cpu family\t: 25
model\t\t: 18
model name\t: another
flags\t\t: fpu
`;

const arm = `processor\t: 0
Features\t: fp asimd asimddp sve i8mm bf16
CPU implementer\t: 0x41
CPU part\t: 0xd40
`;

const apple = `machdep.cpu.brand_string: Apple M2
machdep.cpu.core_count: 8
hw.optional.arm.FEAT_DotProd: 1
hw.optional.arm.FEAT_I8MM: 1
hw.optional.arm.FEAT_BF16: 1
hw.optional.arm.FEAT_SVE: 0
hw.optional.arm64: 1
`;

const intelMac = `machdep.cpu.family: 6
machdep.cpu.model: 126
machdep.cpu.brand_string: Intel(R) Core(TM) i5-1038NG7 CPU @ 2.00GHz
hw.optional.avx2_0: 1
hw.optional.avx512f: 1
hw.optional.fma: 1
hw.optional.avx512vnni: 1
hw.optional.avx512bf16: 0
`;

Deno.test("Linux's first processor is read, on x86 and ARM", () => {
  assert.deepEqual(readCpuinfo(epyc), {
    name: "AMD EPYC 9654",
    family: 25,
    model: 17,
    flags: new Set(["avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni"]),
  });
  assert.deepEqual(readCpuinfo(arm), {
    name: "unknown",
    family: 0x41,
    model: 0xd40,
    flags: new Set(["asimddp", "i8mm", "bf16", "sve"]),
  });
});

Deno.test("macOS' processor is read, of Apple and of Intel", () => {
  assert.deepEqual(readSysctl(apple), {
    name: "Apple M2",
    flags: new Set(["asimddp", "i8mm", "bf16"]),
  });
  const { family, model, flags } = readSysctl(intelMac);
  assert.deepEqual([family, model, [...flags]], [
    6,
    126,
    ["avx2", "fma", "avx512f", "avx512_vnni"],
  ]);
});

Deno.test("a text that says nothing gives a processor without flags", () => {
  for (const read of [readCpuinfo, readSysctl]) {
    assert.deepEqual(read(""), { name: "unknown", flags: new Set() });
  }
});

Deno.test("products of bytes and of bfloat16 follow from the flags", () => {
  const found = [readCpuinfo(epyc), readSysctl(intelMac), readCpuinfo("flags : avx2 avxvnni")];
  assert.deepEqual(found.map(hasByteProducts), [true, true, false]);
  assert.deepEqual(found.map(hasBfloat16Products), [true, false, false]);
});
