import { whileChanging } from '../../agent/provision/config-lock.js';
import { replaceFile } from '../../config/replace-file.js';

// A process that changes a configuration and never ends by itself: its new text is on the disk, and never takes the place of the old one.
const file = process.argv[2] ?? '';
await whileChanging(file, () =>
  replaceFile(file, 'unfinished', async () => {
    process.stdout.write('held\n');
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  }),
);
