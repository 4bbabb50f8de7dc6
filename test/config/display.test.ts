import test from 'ava';
import { displayItems } from '../../config/shapes.js';

test('what a picture shows is all, nothing, or what is named, in one order', (t) => {
  t.deepEqual(displayItems('true'), ['time', 'device', 'officer']);
  t.deepEqual(displayItems('false'), []);
  t.deepEqual(displayItems('officer,time'), ['time', 'officer']);
  t.deepEqual(displayItems(' device '), ['device']);
});

test('a list with anything else in it, twice the same or nothing is no list', (t) => {
  for (const text of ['', ',', 'time,', 'time, mood', 'time, time', 'TIME', 'true, time']) {
    t.is(displayItems(text), undefined, text);
  }
});
