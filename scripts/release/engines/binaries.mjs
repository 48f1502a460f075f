// Reads what a library asks of the system that loads it, and what it gives: ELF (Linux), PE (Windows) and Mach-O (macOS). The engines are
// checked by it on the machine that built them, where those for other platforms cannot run.

/**
 * @typedef {object} Binary
 * @property {'elf' | 'pe' | 'mach-o'} format
 * @property {'x64' | 'arm64' | string} cpu
 * @property {string[]} libraries the libraries that it needs
 * @property {string[]} imports the names that it takes from others
 * @property {string[]} exports the names that it gives
 * @property {string[]} [versions] ELF: the versions of symbols that it needs, such as GLIBC_2.17
 * @property {string} [system] Mach-O: the oldest macOS that loads it
 * @property {boolean} [signed] Mach-O: whether it carries a signature, without which Macs with Arm processors refuse it
 */

/** @returns {Binary} */
export function readBinary(bytes) {
  if (bytes.readUInt32BE(0) === 0x7f454c46) return readElf(bytes);
  if (bytes.toString('latin1', 0, 2) === 'MZ') return readPe(bytes);
  if (bytes.readUInt32LE(0) === 0xfeedfacf) return readMachO(bytes);
  throw new Error('neither ELF nor PE nor Mach-O of 64 bits');
}

/** The text from `at` to the next zero byte. */
function text(bytes, at) {
  const end = bytes.indexOf(0, at);
  return bytes.toString('latin1', at, end < 0 ? bytes.length : end);
}

const number64 = (bytes, at) => Number(bytes.readBigUInt64LE(at));

function readElf(bytes) {
  const cpu = { 62: 'x64', 183: 'arm64' }[bytes.readUInt16LE(18)] ?? `machine ${bytes.readUInt16LE(18)}`;
  const [start, size, count] = [number64(bytes, 40), bytes.readUInt16LE(58), bytes.readUInt16LE(60)];
  const sections = Array.from({ length: count }, (_, i) => {
    const at = start + i * size;
    return {
      type: bytes.readUInt32LE(at + 4),
      offset: number64(bytes, at + 24),
      size: number64(bytes, at + 32),
      link: bytes.readUInt32LE(at + 40),
      info: bytes.readUInt32LE(at + 44),
    };
  });
  const of = (type) => sections.find((section) => section.type === type);
  const [DYNAMIC, DYNSYM, VERNEED] = [6, 11, 0x6ffffffe];

  const libraries = [];
  const dynamic = of(DYNAMIC);
  const names = sections[dynamic.link].offset;
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size && number64(bytes, at) !== 0; at += 16)
    if (number64(bytes, at) === 1) libraries.push(text(bytes, names + number64(bytes, at + 8)));

  const [imports, exports] = [[], []];
  const symbols = of(DYNSYM);
  const symbolNames = sections[symbols.link].offset;
  for (let at = symbols.offset + 24; at < symbols.offset + symbols.size; at += 24) {
    const name = text(bytes, symbolNames + bytes.readUInt32LE(at));
    if (name !== '') (bytes.readUInt16LE(at + 6) === 0 ? imports : exports).push(name);
  }

  const versions = [];
  const needs = of(VERNEED);
  if (needs) {
    const versionNames = sections[needs.link].offset;
    for (let i = 0, at = needs.offset; i < needs.info; i++) {
      for (let j = 0, aux = at + bytes.readUInt32LE(at + 8); j < bytes.readUInt16LE(at + 2); j++) {
        versions.push(text(bytes, versionNames + bytes.readUInt32LE(aux + 8)));
        aux += bytes.readUInt32LE(aux + 12);
      }
      at += bytes.readUInt32LE(at + 12);
    }
  }
  return { format: 'elf', cpu, libraries, imports, exports, versions };
}

function readPe(bytes) {
  const head = bytes.readUInt32LE(0x3c);
  const cpu = { 34404: 'x64', 43620: 'arm64' }[bytes.readUInt16LE(head + 4)] ?? `machine ${bytes.readUInt16LE(head + 4)}`;
  const [count, optional] = [bytes.readUInt16LE(head + 6), bytes.readUInt16LE(head + 20)];
  const sections = Array.from({ length: count }, (_, i) => {
    const at = head + 24 + optional + i * 40;
    return {
      address: bytes.readUInt32LE(at + 12),
      size: Math.max(bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 16)),
      offset: bytes.readUInt32LE(at + 20),
    };
  });
  const at = (address) => {
    const section = sections.find((s) => address >= s.address && address < s.address + s.size);
    return address - section.address + section.offset;
  };
  const directory = (i) => bytes.readUInt32LE(head + 24 + 112 + i * 8);

  const exports = [];
  if (directory(0)) {
    const table = at(directory(0));
    const names = at(bytes.readUInt32LE(table + 32));
    for (let i = 0; i < bytes.readUInt32LE(table + 24); i++) exports.push(text(bytes, at(bytes.readUInt32LE(names + i * 4))));
  }
  const [libraries, imports] = [[], []];
  if (directory(1)) {
    for (let entry = at(directory(1)); bytes.readUInt32LE(entry + 12) !== 0; entry += 20) {
      libraries.push(text(bytes, at(bytes.readUInt32LE(entry + 12))));
      for (let thunk = at(bytes.readUInt32LE(entry) || bytes.readUInt32LE(entry + 16)); number64(bytes, thunk) !== 0; thunk += 8) {
        const by = bytes.readBigUInt64LE(thunk);
        imports.push(by >> 63n ? `#${by & 0xffffn}` : text(bytes, at(Number(by)) + 2));
      }
    }
  }
  return { format: 'pe', cpu, libraries, imports, exports };
}

function readMachO(bytes) {
  const cpu = { 16777223: 'x64', 16777228: 'arm64' }[bytes.readUInt32LE(4)] ?? `machine ${bytes.readUInt32LE(4)}`;
  const [libraries, imports, exports] = [[], [], []];
  let [system, signed] = [undefined, false];
  const version = (packed) => `${packed >> 16}.${(packed >> 8) & 255}`;
  for (let i = 0, at = 32; i < bytes.readUInt32LE(16); i++, at += bytes.readUInt32LE(at + 4)) {
    const command = bytes.readUInt32LE(at);
    if (command === 0x0c || command === 0x80000018) libraries.push(text(bytes, at + bytes.readUInt32LE(at + 8)));
    else if (command === 0x32) system = version(bytes.readUInt32LE(at + 12));
    else if (command === 0x24) system = version(bytes.readUInt32LE(at + 8));
    else if (command === 0x1d) signed = true;
    else if (command === 0x02) {
      const [symbols, count, names] = [bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12), bytes.readUInt32LE(at + 16)];
      for (let j = 0, symbol = symbols; j < count; j++, symbol += 16) {
        const type = bytes[symbol + 4];
        if (type & 0xe0 || !(type & 1) || type & 0x10) continue; // for debuggers, or not for others
        const name = text(bytes, names + bytes.readUInt32LE(symbol)).replace(/^_/, '');
        if (name === '_mh_dylib_header' || name === '__dso_handle') continue; // every linker's own
        ((type & 0x0e) === 0 ? imports : exports).push(name);
      }
    }
  }
  return { format: 'mach-o', cpu, libraries, imports, exports, system, signed };
}
