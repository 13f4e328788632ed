import { pack } from 'tar-stream';

/** The image of the sandboxes. Its tag changes whenever its content does. */
export const pauseImage = { repository: 'fairlead/pause', tag: '1', reference: 'fairlead/pause:1' };

const headerBytes = 64 + 56;
const loadAddress = 0x400000;

/**
 * The program: tell the kernel to reap our children (`SIGCHLD` ignored, which matters where the Pod's containers share
 * this process's PID namespace), then sleep for good. As PID 1 of its namespace it is ended by SIGKILL alone.
 * Each ends with the `struct sigaction` of the first call: handler SIG_IGN, all else zero.
 */
const code: Record<'amd64' | 'arm64', { elfMachine: number; bytes: Uint8Array }> = {
  amd64: {
    elfMachine: 0x3e,
    // biome-ignore format: one instruction a line
    bytes: Uint8Array.of(
      0xb8, 13, 0, 0, 0, //                  mov eax, rt_sigaction
      0xbf, 17, 0, 0, 0, //                  mov edi, SIGCHLD
      0x48, 0x8d, 0x35, 19, 0, 0, 0, //      lea rsi, [rip + 19]
      0x31, 0xd2, //                         xor edx, edx
      0x41, 0xba, 8, 0, 0, 0, //             mov r10d, 8
      0x0f, 0x05, //                         syscall
      0xb8, 34, 0, 0, 0, //            loop: mov eax, pause
      0x0f, 0x05, //                         syscall
      0xeb, 0xf7, //                         jmp loop
      1, ...new Array<number>(31).fill(0),
    ),
  },
  arm64: {
    elfMachine: 0xb7,
    bytes: arm64Words(
      0xd28010c8, // movz x8, rt_sigaction (134)
      0xd2800220, // movz x0, SIGCHLD
      0x10000181, // adr  x1, the struct, 48 bytes on
      0xd2800002, // movz x2, 0
      0xd2800103, // movz x3, 8
      0xd4000001, // svc
      0xd2800928, // loop: movz x8, ppoll (73), without descriptors and without end
      0xd2800000,
      0xd2800001,
      0xd2800002,
      0xd2800003,
      0xd4000001, // svc
      0x17fffffa, // b loop
      0, // alignment
      ...[1, 0, 0, 0, 0, 0, 0, 0],
    ),
  },
};

function arm64Words(...words: number[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, index) => {
    bytes.setUint32(index * 4, word, true);
  });
  return new Uint8Array(bytes.buffer);
}

/** A static ELF executable of less than 200 bytes, so that no registry, compiler or other image is needed for it. */
export function pauseExecutable(architecture: string): Buffer {
  const program = code[architecture as keyof typeof code];
  if (!program) throw new Error(`no pause program for the architecture ${architecture}`);
  const { bytes, elfMachine } = program;
  const file = Buffer.alloc(headerBytes + bytes.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16); // executable
  file.writeUInt16LE(elfMachine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(loadAddress + headerBytes), 24); // entry
  file.writeBigUInt64LE(64n, 32); // program headers
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64); // PT_LOAD
  file.writeUInt32LE(5, 68); // read, execute
  file.writeBigUInt64LE(BigInt(loadAddress), 80);
  file.writeBigUInt64LE(BigInt(loadAddress), 88);
  file.writeBigUInt64LE(BigInt(file.length), 96);
  file.writeBigUInt64LE(BigInt(file.length), 104);
  file.writeBigUInt64LE(0x10000n, 112);
  file.set(bytes, headerBytes);
  return file;
}

/** The root file system of the image, as a tar stream for `docker import`. */
export function pauseRootFilesystem(architecture: string): NodeJS.ReadableStream {
  const archive = pack();
  archive.entry({ name: 'pause', mode: 0o755, mtime: new Date(0) }, pauseExecutable(architecture));
  archive.finalize();
  return archive as unknown as NodeJS.ReadableStream;
}
