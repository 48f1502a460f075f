/** Letting other tasks run: timers, sockets, input, finalizers. */

/** Ends the running task; resolves in a new one, after those that were waiting. */
export function nextTask(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  return new Promise((resolve) => {
    if (setImmediate) {
      setImmediate(resolve);
      return;
    }
    const channel = new MessageChannel(); // a timer would be clamped to 4 ms
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(0);
  });
}
