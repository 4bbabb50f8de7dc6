import { once } from 'node:events';
import { join } from 'node:path';
import { makeFolders } from '../../config/make-folders.js';

// A process that makes many folders as soon as it is told to, in the same order as the others that are told.
const [folder = '', count = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
for (let at = 0; at < Number(count); at++) makeFolders(join(folder, String(at), 'a/b'));
process.stdin.destroy();
