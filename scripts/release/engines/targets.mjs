// The platforms for which there is a prebuilt engine. What npm calls a platform (os, cpu, libc) is what its package says; `target` is zig's name.

/** Nothing newer than this version of the GNU C library is asked for: Debian 10, RHEL 8, Ubuntu 20.04 and all that came later. */
export const GLIBC = '2.28';

/**
 * `isas` are the instruction sets, best first; which of them runs is decided when the engine is loaded. Windows has no AVX-512: LLVM miscompiles
 * matrix products for it there. On Macs hardly any processor has it.
 *
 * `kernels` names the target of whose headers the kernels are compiled, where several targets share the objects: on Linux they call nothing of
 * which the C libraries think differently. What starts threads and speaks with Node is compiled for each.
 */
export const targets = [
  {
    name: 'hone-linux-x64-gnu',
    os: 'linux',
    cpu: 'x64',
    libc: 'glibc',
    target: `x86_64-linux-gnu.${GLIBC}`,
    isas: ['avx512', 'avx2', 'base'],
  },
  {
    name: 'hone-linux-x64-musl',
    os: 'linux',
    cpu: 'x64',
    libc: 'musl',
    target: 'x86_64-linux-musl',
    kernels: `x86_64-linux-gnu.${GLIBC}`,
    isas: ['avx512', 'avx2', 'base'],
  },
  { name: 'hone-linux-arm64-gnu', os: 'linux', cpu: 'arm64', libc: 'glibc', target: `aarch64-linux-gnu.${GLIBC}`, isas: ['base'] },
  {
    name: 'hone-linux-arm64-musl',
    os: 'linux',
    cpu: 'arm64',
    libc: 'musl',
    target: 'aarch64-linux-musl',
    kernels: `aarch64-linux-gnu.${GLIBC}`,
    isas: ['base'],
  },
  { name: 'hone-darwin-arm64', os: 'darwin', cpu: 'arm64', target: 'aarch64-macos.11.0', isas: ['base'] },
  { name: 'hone-darwin-x64', os: 'darwin', cpu: 'x64', target: 'x86_64-macos.11.0', isas: ['avx2', 'base'] },
  { name: 'hone-win32-x64', os: 'win32', cpu: 'x64', target: 'x86_64-windows-gnu', isas: ['avx2', 'base'] },
  { name: 'hone-win32-arm64', os: 'win32', cpu: 'arm64', target: 'aarch64-windows-gnu', isas: ['base'] },
];

/** The one that this process runs on; undefined where there is no prebuilt engine for it. */
export function ownTarget() {
  const { platform, arch, report } = process;
  const libc = platform !== 'linux' ? undefined : report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  return targets.find((target) => target.os === platform && target.cpu === arch && target.libc === libc);
}

/** The plainest processor that each build runs on, by name: else the compiler takes the one that it runs on itself. */
export const baseline = ({ os, cpu }) => (cpu === 'x64' ? ['-march=x86_64'] : [os === 'darwin' ? '-mcpu=apple_m1' : '-mcpu=generic']);

const SYSTEMS = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' };
const LIBRARIES = { glibc: ` with glibc ${GLIBC} or later`, musl: ' with musl (Alpine)' };

/** A platform in words: "Linux x64 with musl (Alpine)". */
export const inWords = ({ os, cpu, libc }) => `${SYSTEMS[os]} ${cpu}${libc ? LIBRARIES[libc] : ''}`;
