import type { PowerReading } from '../../drivers/power.js';
import type { Timers } from '../../drivers/timers.js';

/** Reads the machine's own supplies again and again, where no board tells. Returns how to end it. */
export function watchPower(
  read: () => Promise<PowerReading>,
  told: (reading: PowerReading) => void,
  pollMs: number,
  timers: Timers,
): () => void {
  let closed = false;
  let cancel = () => {};
  const poll = async () => {
    const reading = await read();
    if (closed) return;
    told(reading);
    cancel = timers.start(pollMs, () => void poll());
  };
  void poll();
  return () => {
    closed = true;
    cancel();
  };
}

/** Whether a battery is not what the device will run out of. */
export function isPowered({ charging, supply }: Pick<PowerReading, 'charging' | 'supply'>): boolean {
  return charging === true || supply === 'external';
}
