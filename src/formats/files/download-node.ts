/**
 * Fetching files over HTTP, for Node: through proxies, from one of several mirrors, resumed where a connection broke, checked, and under its own
 * name only when it is whole. A second process waits for the first instead of fetching, too.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { IncomingMessage, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findHome, ownRequire } from '../../engine/locate-node.js';
import { FileError } from '../../errors.js';
import { hereTag, isAlive, makeDirectories } from './files-node.js';

/** A file to fetch. */
export interface Download {
  /** Its addresses; the next is tried where one fails. */
  readonly urls: readonly string[];
  /** The path that it gets. */
  readonly path: string;
  /** The MD5 of its bytes, in hexadecimal. */
  readonly md5: string;
}

/** What tests change. */
export interface DownloadSettings {
  /** How long nothing may come, in milliseconds. Default: 30,000. */
  readonly idle?: number;
  /** How often an address is asked, each time for what is missing. Default: 4. */
  readonly attempts?: number;
  /** The most bytes of a file. Default: 4 GiB. */
  readonly most?: number;
}

const MB = 1e6;
const LOCK_BEAT = 2000;
/** A lock that nobody touched for so long was left behind. */
const LOCK_STALE = 30_000;
const REDIRECTS = 5;

// They take long to load, and few programs need them.
const http = () => ownRequire()('node:http') as typeof import('node:http');
const https = () => ownRequire()('node:https') as typeof import('node:https');
const childProcess = () => ownRequire()('node:child_process') as typeof import('node:child_process');
const tls = () => ownRequire()('node:tls') as typeof import('node:tls');
const crypto = () => ownRequire()('node:crypto') as typeof import('node:crypto');

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Fetches files, those that are not there with their MD5: by another process, too, for which it waits. What lies there with another MD5
 * stays until the right file has come.
 * @throws {FileError} that says of each file what each address answered, and what to do by hand.
 */
export async function download(op: string, files: readonly Download[], settings: DownloadSettings = {}): Promise<void> {
  const failures: string[] = [];
  for (const file of files) {
    const failure = await downloadOne(op, file, settings);
    if (failure !== undefined) failures.push(failure);
  }
  if (failures.length === 0) return;
  const them = failures.length === 1 ? 'it' : 'them';
  throw new FileError(
    `${op}: ${failures.join('\n')}\nFetch ${them} by other means and put ${them} into ${dirname(files[0]!.path)}; or check the connection (HTTPS_PROXY, HTTP_PROXY and NO_PROXY are respected) and call it again, which goes on where it stopped.`,
  );
}

/** @returns why a file could not be fetched. */
async function downloadOne(op: string, file: Download, settings: DownloadSettings): Promise<string | undefined> {
  makeDirectories(dirname(file.path), op);
  if (isThere(file)) return undefined;
  const release = await lock(op, `${hidden(file.path)}.lock`, file.path);
  try {
    if (isThere(file)) return undefined; // whoever held the lock has fetched it
    if (existsSync(file.path)) process.stderr.write(`${file.path} is not the file that was published: it is fetched again\n`);
    const failures: string[] = [];
    for (const url of file.urls) {
      const failure = await fetchFrom(url, file, settings);
      if (failure === undefined) return undefined;
      failures.push(`  ${url}: ${failure}`);
    }
    return `${basename(file.path)} could not be fetched:\n${failures.join('\n')}`;
  } finally {
    release();
  }
}

const isThere = ({ path, md5 }: Download) => existsSync(path) && md5OfFile(path) === md5;

/** The beginning of the names of what lies beside a file while it is fetched. */
const hidden = (path: string) => join(dirname(path), `.${basename(path)}`);

/** Tries one address until it has the whole file. @returns why it could not. */
async function fetchFrom(
  url: string,
  { path, md5 }: Download,
  { idle = 30_000, attempts = 4, most = 2 ** 32 }: DownloadSettings,
): Promise<string | undefined> {
  const part = `${hidden(path)}.part`;
  let failure = '';
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await sleep(Math.min(200 * 2 ** attempt, 5000, idle));
    const before = sizeOf(part);
    try {
      await fetchRest(new URL(url), part, { idle, most, label: basename(path) });
    } catch (error) {
      failure = (error as Error).message || String((error as { code?: unknown }).code);
      if (error instanceof Refused || NOBODY_THERE.has(String((error as { code?: unknown }).code))) return failure;
      // As long as something comes, it goes on.
      if (sizeOf(part) > before && attempt > 0) attempt--;
      continue;
    }
    const found = existsSync(part) ? md5OfFile(part) : undefined;
    if (found === md5) {
      renameSync(part, path);
      return undefined;
    }
    const size = sizeOf(part);
    rmSync(part, { force: true });
    failure = `it sent ${size} bytes with the MD5 ${found}, expected ${md5}`;
    // What was there before may have been of another file; without it, this address has another one.
    if (before === 0) return failure;
  }
  return failure;
}

/** Where no server is, none is a second later: the next mirror is asked. */
const NOBODY_THERE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** An answer that asking again does not change. */
class Refused extends Error {}

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Appends to `part` what is missing. @throws where the connection breaks, stalls, or the server refuses. */
async function fetchRest(url: URL, part: string, { idle, most, label }: { idle: number; most: number; label: string }): Promise<void> {
  const start = sizeOf(part);
  const response = await open(url, start > 0 ? { range: `bytes=${start}-` } : {}, idle);
  const { statusCode = 0, headers } = response;
  const refuse = (what: string): never => {
    response.destroy();
    throw new Refused(what);
  };
  if (statusCode === 416) {
    response.destroy(); // nothing follows: the part is whole, or of another file, which the checksum tells
    return;
  }
  if (statusCode !== 200 && statusCode !== 206)
    refuse(`HTTP status ${statusCode}${response.statusMessage ? ` (${response.statusMessage})` : ''}`);
  const resumed = statusCode === 206;
  if (resumed && !new RegExp(`^bytes ${start}-`).test(headers['content-range'] ?? '')) {
    response.destroy();
    rmSync(part, { force: true });
    throw new Error(`it answered with another part than was asked for (${headers['content-range']})`);
  }
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
  let at = resumed ? start : 0;
  const total = length === undefined ? undefined : at + length;
  if ((total ?? 0) > most) refuse(`it announces ${total} bytes, more than the ${most} that are taken`);
  const file = openSync(part, resumed ? 'a' : 'w');
  const progress = new Progress(label, total);
  try {
    await new Promise<void>((resolve, reject) => {
      response.setTimeout(idle, () => response.destroy(new Error(`nothing came for ${idle / 1000} s, after ${at} bytes`)));
      response.on('data', (chunk: Buffer) => {
        if (at + chunk.length > most) {
          response.destroy(new Refused(`it sends more than the ${most} bytes that are taken`));
          return;
        }
        try {
          for (let done = 0; done < chunk.length; ) done += writeSync(file, chunk, done, chunk.length - done);
        } catch (error) {
          response.destroy(new Refused(`cannot write ${part}: ${(error as Error).message}`));
          return;
        }
        at += chunk.length;
        progress.show(at);
      });
      response.on('end', () => (response.complete ? resolve() : reject(new Error(`the connection broke after ${at} bytes`))));
      response.on('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'ECONNRESET' ? new Error(`the connection broke after ${at} bytes`) : error),
      );
    });
    if (total !== undefined && at !== total) throw new Error(`the connection ended after ${at} of ${total} bytes`);
    fsyncSync(file);
  } finally {
    closeSync(file);
    progress.end(at);
  }
}

/** The answer to a GET, redirects followed. */
async function open(url: URL, headers: Record<string, string>, idle: number, redirects = REDIRECTS): Promise<IncomingMessage> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Refused(`${url.protocol} is not http: or https:`);
  const response = await request(url, { 'user-agent': 'hone', 'accept-encoding': 'identity', ...headers }, idle);
  const { location } = response.headers;
  if (location === undefined || ![301, 302, 303, 307, 308].includes(response.statusCode!)) return response;
  response.destroy();
  if (redirects === 0) throw new Refused('it redirects in a circle');
  return open(new URL(location, url), headers, idle, redirects - 1);
}

/** One GET, through the proxy that the environment names. */
async function request(url: URL, headers: Record<string, string>, idle: number): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  const proxy = proxyFor(url);
  const options: RequestOptions = { headers: { host: url.host, ...headers }, agent: false };
  if (proxy === undefined) return send(secure, { ...options, ...addressOf(url), path: url.pathname + url.search }, idle);
  const viaTls = proxy.protocol === 'https:';
  const credentials: Record<string, string> =
    proxy.username === ''
      ? {}
      : {
          'proxy-authorization': `Basic ${Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString('base64')}`,
        };
  if (!secure)
    return send(
      viaTls,
      { ...options, ...addressOf(proxy), path: url.href, headers: { ...options.headers, ...credentials } as never },
      idle,
    );
  const socket = await tunnel(viaTls, proxy, `${url.hostname}:${url.port || 443}`, credentials, idle);
  return send(
    true,
    {
      ...options,
      path: url.pathname + url.search,
      createConnection: () => tls().connect({ socket, ...(/^[\d.]+$|:/.test(url.hostname) ? {} : { servername: url.hostname }) }),
    },
    idle,
  );
}

const addressOf = (url: URL) => ({ hostname: url.hostname.replace(/^\[|\]$/g, ''), ...(url.port !== '' && { port: url.port }) });

function send(secure: boolean, options: RequestOptions, idle: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = (secure ? https() : http()).request(options, resolve);
    sent.setTimeout(idle, () => sent.destroy(new Error(`no answer for ${idle / 1000} s`)));
    sent.on('error', reject);
    sent.end();
  });
}

/** A connection to `target` through a proxy. */
function tunnel(secure: boolean, proxy: URL, target: string, headers: Record<string, string>, idle: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const options = { ...addressOf(proxy), method: 'CONNECT', path: target, headers: { host: target, ...headers }, agent: false } as const;
    const sent = (secure ? https() : http()).request(options);
    sent.setTimeout(idle, () => sent.destroy(new Error(`no answer from the proxy ${proxy.host} for ${idle / 1000} s`)));
    sent.on('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode === 200) resolve(socket);
      else {
        socket.destroy();
        reject(new Refused(`the proxy ${proxy.host} answers with status ${statusCode}`));
      }
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** The proxy of an address, by the variables that curl and Python respect; undefined for none. */
export function proxyFor(url: URL, env: Readonly<Record<string, string | undefined>> = process.env): URL | undefined {
  const read = (name: string) => env[name] || env[name.toUpperCase()] || undefined;
  const host = url.hostname.toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  for (const item of (read('no_proxy') ?? '').toLowerCase().split(/[\s,]+/)) {
    if (item === '*') return undefined;
    const [, name = '', only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(item) ?? [];
    if (name !== '' && (only === undefined || only === port) && (host === name || host.endsWith(`.${name}`))) return undefined;
  }
  const given = read(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') ?? read('all_proxy');
  if (given === undefined) return undefined;
  const address = /^\w+:\/\//.test(given) ? given : `http://${given}`;
  if (!URL.canParse(address)) throw new Refused('the proxy that the environment names is not an address');
  const proxy = new URL(address);
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')
    throw new Refused(`the proxy ${proxy.host} speaks ${proxy.protocol}, expected http: or https:`);
  return proxy;
}

/** Takes a lock, waiting for whoever holds it; one whose process has died is taken over. @returns a function that gives it back. */
async function lock(op: string, path: string, target: string): Promise<() => void> {
  const own = `${hereTag()} ${process.pid} ${crypto().randomBytes(4).toString('hex')}`;
  for (let told = false; ; ) {
    try {
      writeFileSync(path, own, { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new FileError(`${op}: cannot write ${path}: ${(error as Error).message}`, { cause: error });
    }
    const holder = abandoned(path);
    if (holder !== undefined) takeAway(path, holder);
    else {
      if (!told) process.stderr.write(`waiting for another process that fetches ${target}\n`);
      told = true;
      await sleep(100);
    }
  }
  const beat = setInterval(() => {
    try {
      const now = new Date();
      utimesSync(path, now, now);
    } catch {
      // It was removed by hand; the checksum still tells what is right.
    }
  }, LOCK_BEAT);
  return () => {
    clearInterval(beat);
    if (textOf(path) === own) rmSync(path, { force: true });
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** What a lock says, where its process is no more. */
function abandoned(path: string): string | undefined {
  const text = textOf(path);
  const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (text === undefined || touched === undefined) return undefined;
  const [tag, pid] = text.split(' ');
  const dead = tag === hereTag() && Number(pid) > 0 && !isAlive(Number(pid));
  return dead || Date.now() - touched > LOCK_STALE ? text : undefined;
}

/** Removes the lock of `holder`; where another process was quicker and holds it by now, it stays. */
function takeAway(path: string, holder: string): void {
  const aside = `${path}-${process.pid}`;
  try {
    renameSync(path, aside);
    if (textOf(aside) !== holder) linkSync(aside, path);
  } catch {
    // Another process was quicker.
  }
  rmSync(aside, { force: true });
}

function md5OfFile(path: string): string {
  const hash = crypto().createHash('md5');
  const file = openSync(path, 'r');
  try {
    const block = Buffer.allocUnsafe(2 ** 20);
    for (let at = 0; ; ) {
      const count = readSync(file, block, 0, block.length, at);
      if (count === 0) return hash.digest('hex');
      hash.update(block.subarray(0, count));
      at += count;
    }
  } finally {
    closeSync(file);
  }
}

/** A bar on a terminal; elsewhere one line when it is done. */
class Progress {
  private shown = 0;
  constructor(
    private readonly label: string,
    private readonly total: number | undefined,
  ) {}

  show(at: number): void {
    const now = Date.now();
    if (!process.stderr.isTTY || now - this.shown < 100) return;
    this.shown = now;
    const { total } = this;
    const bar = total ? `[${'#'.repeat(Math.floor((24 * at) / total)).padEnd(24)}] ${Math.floor((100 * at) / total)}% ` : '';
    process.stderr.write(`\r${this.label} ${bar}${(at / MB).toFixed(1)}${total ? `/${(total / MB).toFixed(1)}` : ''} MB`);
  }

  end(at: number): void {
    this.shown = 0;
    this.show(at);
    process.stderr.write(process.stderr.isTTY ? '\n' : `${this.label}: ${(at / MB).toFixed(1)} MB\n`);
  }
}

/**
 * Fetches files before it returns, by a process of its own, since a constructor cannot wait otherwise.
 * @throws {FileError} as {@link download}; and where this code was bundled away from its package, which has the program for it.
 */
export function downloadNow(op: string, files: readonly Download[], settings: DownloadSettings = {}): void {
  if (files.every(isThere)) return;
  const { folder } = findHome();
  const module = folder === undefined ? undefined : join(folder, 'dist/formats/files/download-node.js');
  if (module === undefined || !existsSync(module))
    throw new FileError(
      `${op}: download needs the installed package hone, which this program was bundled without. Fetch the files first: await ${op}.download(root); or install the package beside the program.`,
    );
  const program = `import(${JSON.stringify(pathToFileURL(module).href)}).then((m) => m.downloadAll(${JSON.stringify([op, files, settings, process.pid])}))`;
  const { status, stdout, error } = childProcess().spawnSync(process.execPath, ['-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (error !== undefined || status !== 0)
    throw new FileError(`${op}: ${stdout || `the process that fetches files ended with ${error?.message ?? `status ${status}`}.`}`);
}

const PARENT_BEAT = 250;

/** What that process runs: as long as `parent`, which waits for it, lives. Where that is killed, the next one goes on. @internal */
export async function downloadAll([op, files, settings, parent]: readonly [
  string,
  readonly Download[],
  DownloadSettings,
  parent?: number,
]): Promise<void> {
  const alone = () => parent !== undefined && (process.ppid !== parent || !isAlive(parent));
  const watch = setInterval(() => alone() && process.exit(1), PARENT_BEAT);
  try {
    await download(op, files, settings);
  } catch (error) {
    process.stdout.write((error as Error).message.replace(`${op}: `, ''));
    process.exitCode = 1;
  } finally {
    clearInterval(watch);
  }
}
