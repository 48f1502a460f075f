/** Fetching from servers that are slow, break off, lie about their length or serve another file, through proxies, and side by side. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError } from 'hone';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { download, proxyFor } from './download-node.js';

const body = Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 31 + (i >> 7)) % 251));
const md5 = createHash('md5').update(body).digest('hex');

let folder: string;
let servers: Server[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-download-'));
  servers = [];
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  for (const name of ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']) {
    vi.stubEnv(name, '');
    vi.stubEnv(name.toUpperCase(), '');
  }
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(folder, { recursive: true, force: true });
});

/** A server, and the ranges that it was asked for. */
async function serve(answer: RequestListener): Promise<{ url: string; asked: (string | undefined)[] }> {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.range);
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.gz`, asked };
}

/** Answers as a server should, ranges too; `most` bytes at a time, after which the connection breaks. */
const whole =
  (most = Number.POSITIVE_INFINITY) =>
  (request: IncomingMessage, response: ServerResponse) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start >= body.length && start > 0) {
      response.writeHead(416).end();
      return;
    }
    const rest = body.subarray(start);
    const range = { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` };
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length, ...(start > 0 && range) });
    if (rest.length <= most) response.end(rest);
    else response.write(rest.subarray(0, most), () => setTimeout(() => response.destroy(), 20));
  };

const path = () => join(folder, 'raw/a.gz');
const fetchIt = (...urls: string[]) => download('MNIST', [{ urls, path: path(), md5 }], { idle: 10_000, attempts: 3, most: 1e6 });
const fetchSoon = (...urls: string[]) => download('MNIST', [{ urls, path: path(), md5 }], { idle: 300, attempts: 2 });
const expectWhole = () => {
  expect(readFileSync(path()).equals(body)).toBe(true);
  expect(readdirSync(join(folder, 'raw'))).toEqual(['a.gz']);
};

describe('download', () => {
  it('fetches a file into a folder that it makes, once', async () => {
    const { url, asked } = await serve(whole());
    await fetchIt(url);
    expectWhole();
    await fetchIt(url);
    expect(asked).toEqual([undefined]);
  });

  it('goes on where the connection broke, as often as something comes', async () => {
    const { url, asked } = await serve(whole(6000));
    await fetchIt(url);
    expectWhole();
    expect(asked).toEqual([undefined, 'bytes=6000-', 'bytes=12000-', 'bytes=18000-']);
  });

  it('goes on with what an earlier process left, and begins anew where that is of another file', async () => {
    const { url, asked } = await serve(whole());
    await download('x', [{ urls: [url], path: path(), md5 }]);
    rmSync(path());
    const part = join(folder, 'raw/.a.gz.part');
    writeFileSync(part, body.subarray(0, 7000));
    await fetchIt(url);
    expectWhole();
    for (const left of [Buffer.alloc(7000), Buffer.alloc(30_000)]) {
      rmSync(path());
      writeFileSync(part, left);
      await fetchIt(url);
      expectWhole();
    }
    expect(asked.slice(1)).toEqual(['bytes=7000-', 'bytes=7000-', undefined, 'bytes=30000-', undefined]);
  });

  it('takes the whole from a server that knows no ranges', async () => {
    let times = 0;
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': body.length });
      if (times++ > 0) response.end(body);
      else response.write(body.subarray(0, 9000), () => setTimeout(() => response.destroy(), 20));
    });
    await fetchIt(url);
    expectWhole();
  });

  it('waits for a slow server, and gives one up that stalls', async () => {
    const slow = await serve((_, response) => {
      response.writeHead(200, { 'content-length': body.length });
      let at = 0;
      const timer = setInterval(() => {
        response.write(body.subarray(at, (at += 4000)));
        if (at >= body.length) {
          clearInterval(timer);
          response.end();
        }
      }, 100);
    });
    await fetchIt(slow.url);
    expectWhole();
    rmSync(path());
    const stalled = await serve(
      (_, response) => void response.writeHead(200, { 'content-length': body.length }).write(body.subarray(0, 10)),
    );
    await expect(fetchSoon(stalled.url)).rejects.toThrow(/nothing came for 0\.3 s, after 10 bytes/);
    const silent = await serve(() => {});
    await expect(fetchSoon(silent.url)).rejects.toThrow(/no answer for 0\.3 s/);
    expect(existsSync(path())).toBe(false);
  });

  it('believes no length: too long, too short, beyond what is taken', async () => {
    const long = await serve((request, response) => {
      if (request.headers.range) response.writeHead(416).end();
      else response.writeHead(200, { 'content-length': body.length + 100 }).write(body, () => setTimeout(() => response.destroy(), 20));
    });
    await fetchIt(long.url); // the checksum says that it is whole
    expectWhole();
    rmSync(path());
    const short = await serve((_, response) => {
      response.socket!.end(`HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n${body.toString('latin1')}`, 'latin1');
    });
    await expect(fetchIt(short.url)).rejects.toThrow(/it sent 5000 bytes with the MD5 [0-9a-f]{32}, expected/);
    const huge = await serve((_, response) => void response.writeHead(200, { 'content-length': 2e6 }).write('x'));
    await expect(fetchIt(huge.url)).rejects.toThrow(/announces 2000000 bytes, more than the 1000000/);
    const endless = await serve((_, response) => {
      const more = (): void => void response.write(Buffer.alloc(65_536), () => !response.destroyed && setImmediate(more));
      more();
    });
    await expect(fetchIt(endless.url)).rejects.toThrow(/sends more than the 1000000 bytes/);
    expect(existsSync(path())).toBe(false);
  });

  it('goes from mirror to mirror, and tells what each answered', async () => {
    const wrong = await serve((_, response) => void response.end('<html>moved</html>'));
    const gone = await serve((_, response) => void response.writeHead(404).end());
    const good = await serve(whole());
    const closed = 'http://127.0.0.1:1/a.gz';
    await fetchIt(closed, wrong.url, gone.url, good.url);
    expectWhole();
    rmSync(path());
    const failing = fetchIt(closed, wrong.url, gone.url);
    await expect(failing).rejects.toThrow(FileError);
    await expect(failing).rejects.toThrow(
      /MNIST: a\.gz could not be fetched:\n {2}http:\/\/127.0.0.1:1\/a\.gz: .*ECONNREFUSED.*\n.*it sent 18 bytes.*\n.*HTTP status 404 \(Not Found\)\nFetch it by other means and put it into .*raw;/,
    );
    expect(readdirSync(join(folder, 'raw'))).toEqual([]);
  });

  it('follows redirects, but not in a circle, nor out of HTTP', async () => {
    const good = await serve(whole());
    const moved = await serve((_, response) => void response.writeHead(302, { location: good.url }).end());
    await fetchIt(moved.url);
    expectWhole();
    rmSync(path());
    const circle = await serve((_, response) => void response.writeHead(301, { location: '/a.gz' }).end());
    await expect(fetchIt(circle.url)).rejects.toThrow(/redirects in a circle/);
    const local = await serve((_, response) => void response.writeHead(301, { location: 'file:///etc/passwd' }).end());
    await expect(fetchIt(local.url)).rejects.toThrow(/file: is not http/);
  });

  it('goes through a proxy, with its name and password', async () => {
    const seen: unknown[] = [];
    const proxy = await serve((request, response) => {
      seen.push(request.url, request.headers['proxy-authorization']);
      whole()(request, response);
    });
    vi.stubEnv('http_proxy', proxy.url.replace('http://', 'http://me:p%40ss@'));
    await fetchIt('http://nowhere.invalid/a.gz');
    expectWhole();
    expect(seen).toEqual(['http://nowhere.invalid/a.gz', `Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
  });

  it('asks a proxy for a tunnel where the address is secure', async () => {
    const proxy = await serve(() => {});
    const targets: unknown[] = [];
    servers[0]!.on('connect', (request, socket) => {
      targets.push(request.url);
      // To a port where nobody speaks TLS.
      const onwards = connect(Number(new URL(proxy.url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onwards).pipe(socket);
      });
      for (const end of [socket, onwards]) end.on('error', () => {});
    });
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    await expect(fetchIt('https://nowhere.invalid/a.gz')).rejects.toThrow(FileError);
    expect(targets[0]).toBe('nowhere.invalid:443');
  });
});

describe('processes side by side', () => {
  it('fetch it once', async () => {
    const { url, asked } = await serve((request, response) => void setTimeout(() => whole()(request, response), 200));
    await Promise.all([fetchIt(url), fetchIt(url), fetchIt(url)]);
    expectWhole();
    expect(asked).toEqual([undefined]);
  });

  it('take over from one that was killed, and go on where it stopped', async () => {
    let first = true;
    const { url, asked } = await serve((request, response) => {
      if (!first) return whole()(request, response);
      first = false;
      response.writeHead(200, { 'content-length': body.length }).write(body.subarray(0, 5000));
    });
    const module = join(import.meta.dirname, '../../../dist/formats/files/download-node.js');
    const job = JSON.stringify(['MNIST', [{ urls: [url], path: path(), md5 }], {}]);
    const child = spawn(process.execPath, ['-e', `import(${JSON.stringify(module)}).then((m) => m.downloadAll(${job}))`], {
      stdio: 'ignore',
    });
    const part = join(folder, 'raw/.a.gz.part');
    await vi.waitFor(() => expect(readFileSync(part).length).toBe(5000), { timeout: 30_000 });
    const exited = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await exited;
    expect(readdirSync(join(folder, 'raw')).sort()).toEqual(['.a.gz.lock', '.a.gz.part']);
    await fetchIt(url);
    expectWhole();
    expect(asked).toEqual([undefined, 'bytes=5000-']);
  });

  it('end with the one that waits for them, and the next goes on', async () => {
    let stalled: IncomingMessage | undefined;
    const { url, asked } = await serve((request, response) => {
      if (stalled) return whole()(request, response);
      stalled = request;
      response.writeHead(200, { 'content-length': body.length }).write(body.subarray(0, 5000));
    });
    const module = join(import.meta.dirname, '../../../dist/formats/files/download-node.js');
    const files = JSON.stringify([{ urls: [url], path: path(), md5 }]);
    const parent = spawn(process.execPath, ['-e', `import(${JSON.stringify(module)}).then((m) => m.downloadNow('MNIST', ${files}))`], {
      stdio: 'ignore',
    });
    await vi.waitFor(() => expect(readFileSync(join(folder, 'raw/.a.gz.part')).length).toBe(5000), { timeout: 30_000 });
    const gone = new Promise((resolve) => stalled!.socket.on('close', resolve));
    parent.kill('SIGKILL');
    await gone;
    await fetchIt(url);
    expectWhole();
    expect(asked).toEqual([undefined, 'bytes=5000-']);
  });
});

describe('proxyFor', () => {
  const via = (url: string, env: Record<string, string>) => proxyFor(new URL(url), env)?.host;
  it('reads the variables that curl reads', () => {
    const env = { HTTPS_PROXY: 'http://a:1', http_proxy: 'b:2', no_proxy: 'local, .inner.org,*.deep.org,port.org:8080' };
    expect(via('https://x.org/f', env)).toBe('a:1');
    expect(via('http://x.org/f', env)).toBe('b:2');
    expect(via('http://x.org/f', { ALL_PROXY: 'http://c:3' })).toBe('c:3');
    for (const direct of ['http://local/f', 'https://y.inner.org/f', 'https://inner.org', 'http://z.deep.org', 'http://port.org:8080/'])
      expect(via(direct, env)).toBeUndefined();
    expect(via('http://port.org/', env)).toBe('b:2');
    expect(via('http://notlocal/', env)).toBe('b:2');
    expect(via('http://x.org/', { ...env, NO_PROXY: '*', no_proxy: '' })).toBeUndefined();
    expect(() => proxyFor(new URL('http://x.org'), { http_proxy: 'socks5://s:1' })).toThrow(/speaks socks5:/);
  });
});
