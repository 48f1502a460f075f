// A registry on this machine that has the tarballs of release/, and passes every other request on to the one that npm is set to.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** package.json out of a tarball that npm packed: the first entry of that name. */
function manifestOf(tarball) {
  const tar = gunzipSync(tarball);
  for (let at = 0; at < tar.length; ) {
    const name = tar.toString('utf8', at, at + 100).replace(/\0.*/s, '');
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8) || 0;
    if (name === 'package/package.json') return JSON.parse(tar.toString('utf8', at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  throw new Error('a tarball without package.json');
}

/** A tarball of one file, for a platform's package that was not built: only its manifest is ever looked at here. */
function tarballOf(manifest) {
  const body = Buffer.from(JSON.stringify(manifest));
  const head = Buffer.alloc(512);
  head.write('package/package.json', 0);
  head.write('0000644\0', 100);
  head.write('0000000\0', 108);
  head.write('0000000\0', 116);
  head.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  head.write('00000000000\0', 136);
  head.write('        ', 148);
  head.write('0', 156);
  head.write('ustar\u000000', 257);
  const sum = head.reduce((a, b) => a + b, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return gzipSync(Buffer.concat([head, body, Buffer.alloc((512 - (body.length % 512)) % 512), Buffer.alloc(1024)]));
}

/** Package managers keep only what says how long it may be kept. */
const CACHED = { 'cache-control': 'public, max-age=86400' };

/**
 * Starts it. @param targets the platforms: those of which release/ has no tarball are there by their manifests.
 * @returns its address, and what ends it.
 */
export async function startRegistry(release, targets) {
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', shell: process.platform === 'win32' })
    .trim()
    .replace(/\/?$/, '/');
  const own = new Map();
  for (const file of readdirSync(release).filter((name) => name.endsWith('.tgz'))) {
    const tarball = readFileSync(join(release, file));
    const manifest = manifestOf(tarball);
    own.set(manifest.name, { manifest, tarball });
  }
  const { version } = own.get('hone').manifest;
  for (const { name, os, cpu, libc } of targets) {
    if (own.has(name)) continue;
    const manifest = { name, version, os: [os], cpu: [cpu], ...(libc ? { libc: [libc] } : {}) };
    own.set(name, { manifest, tarball: tarballOf(manifest) });
  }

  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname).slice(1);
    const [, name, file, version] = /^([^/]+)(?:\/-\/(.+)|\/([^/]+))?$/.exec(path) ?? [];
    const found = own.get(name);
    if (found) {
      if (file) return response.writeHead(200, { 'content-type': 'application/octet-stream', ...CACHED }).end(found.tarball);
      const { manifest, tarball } = found;
      const dist = {
        tarball: `${address}${name}/-/${name}-${manifest.version}.tgz`,
        shasum: createHash('sha1').update(tarball).digest('hex'),
        integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
      };
      // One version, or a tag: there is only the one.
      if (version)
        return response.writeHead(200, { 'content-type': 'application/json', ...CACHED }).end(JSON.stringify({ ...manifest, dist }));
      const time = { [manifest.version]: '2020-01-01T00:00:00.000Z' };
      const packument = { name, 'dist-tags': { latest: manifest.version }, time, versions: { [manifest.version]: { ...manifest, dist } } };
      return response.writeHead(200, { 'content-type': 'application/json', ...CACHED }).end(JSON.stringify(packument));
    }
    try {
      const accept = request.headers.accept;
      const answer = await fetch(upstream + request.url.slice(1), { headers: accept ? { accept } : {} });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/octet-stream', ...CACHED });
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch (error) {
      response.writeHead(502).end(String(error));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${server.address().port}/`;
  return { address, version, close: () => server.close() };
}
