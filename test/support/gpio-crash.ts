import { appendFileSync } from 'node:fs';
import { sysfsGpio } from '../../drivers/gpio.js';
import type { OnoffGpio } from '../../drivers/gpio-onoff.js';
import { fakeOnoff } from './gpio.js';

/** A program of its own with two lights that comes to a bad end; what it writes to them is added to a file. */
const [root = '', values = '', how] = process.argv.slice(2);
const { FakeLine } = fakeOnoff(root);

class WrittenLine extends FakeLine {
  readonly #number: number;

  constructor(...[number, ...setUp]: ConstructorParameters<OnoffGpio>) {
    super(number, ...setUp);
    this.#number = number - 512;
  }

  override writeSync(value: 0 | 1): void {
    appendFileSync(values, `${this.#number}: ${value}\n`);
  }
}

const gpio = sysfsGpio({ root, onoff: () => WrittenLine });
const closed = gpio.output({ chip: 'keys', line: 4, activeLow: true });
gpio.output({ chip: 'keys', line: 3 }).write(true);
closed.close();
if (how === 'throws') setImmediate(() => JSON.parse('{'));
if (how === 'rejects') void Promise.reject(new Error('nobody waits for it'));
if (how === 'exits') process.exit(70);
