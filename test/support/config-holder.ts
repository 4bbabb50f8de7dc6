import { whileChanging } from '../../agent/cli/config-lock.js';

// A process that changes a configuration and never ends by itself.
await whileChanging(process.argv[2] ?? '', async () => {
  process.stdout.write('held\n');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});
