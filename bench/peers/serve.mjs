/** The loop of a JavaScript peer: reads requests, answers them (peer.ts). `make` gives a function to call, or why there is none. */
import { createInterface } from 'node:readline';

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

export async function serve(hello, make) {
  say(hello);
  let made;
  for await (const line of createInterface(process.stdin)) {
    const request = JSON.parse(line);
    try {
      if (request.do === 'make') {
        made = await make(request.task);
        say(typeof made === 'string' ? { none: made } : {});
        continue;
      }
      const times = [];
      for (let r = 0; r < request.rounds; r++) {
        const start = performance.now();
        for (let i = 0; i < request.calls; i++) await made();
        times.push((performance.now() - start) / request.calls);
      }
      say({ times });
    } catch (error) {
      say({ error: String(error?.message ?? error) });
    }
  }
}
