import test from 'ava';
import { endWithReader } from '../../agent/cli/closed-output.js';

test('many commands in one process listen once for a reader that goes', (t) => {
  endWithReader();
  const once = [process.stdout, process.stderr].map((stream) => stream.listenerCount('error'));
  endWithReader();
  t.deepEqual(
    [process.stdout, process.stderr].map((stream) => stream.listenerCount('error')),
    once,
  );
});
