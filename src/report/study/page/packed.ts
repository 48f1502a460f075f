/** Large texts within a page: compressed as gzip does, in the letters of base64. */

/** The text as the base64 of a gzip file. */
export async function packed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  // Piece by piece: a call takes so many arguments only, and three bytes make four letters.
  const pieces: string[] = [];
  for (let i = 0; i < bytes.length; i += 24_000) pieces.push(btoa(String.fromCharCode(...bytes.subarray(i, i + 24_000))));
  return pieces.join('');
}

/** The text that {@link packed} packed. */
export async function unpacked(base64: string): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
}
