import test from 'ava';
import { fitted } from '../../agent/cli/live-screen.js';

test('a line that is too long goes on under the last column of its table, broken between words', (t) => {
  t.is(fitted('short', 20), 'short');
  t.is(fitted('device   one two three four', 20), 'device   one two\n         three four');
  t.is(
    fitted('ok       archive  has cosigned entry 7', 30),
    'ok       archive  has cosigned\n    entry 7',
    'columns that take more than half leave too little room',
  );
  t.is(fitted('    next: one two three', 16), '    next: one\n    two three');
});

test('Chinese counts two columns, and what has no spaces is broken where it must', (t) => {
  t.is(fitted('状态  正在录制一二三', 14), '状态  正在录制\n      一二三');
  t.is(fitted('abcdefghijkl', 8), 'abcdefgh\nijkl');
});
