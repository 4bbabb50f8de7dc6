import { whileLocked } from '../../agent/authority/ca-lock.js';

// A process that changes an authority and never ends by itself.
await whileLocked(process.argv[2] ?? '', async () => {
  process.stdout.write('held\n');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});
