import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { Button, type ButtonOptions, type Gesture } from '../../drivers/button.js';
import { sysfsGpio } from '../../drivers/gpio.js';
import type { GpioInput, GpioLineName, GpioOutput } from '../../drivers/gpio-port.js';

/** Asked of the process, one at a time; each is answered. */
type Request =
  | { do: 'input'; name: GpioLineName; debounceMs: number }
  | { do: 'button'; name: GpioLineName; times: ButtonOptions }
  | { do: 'output'; name: GpioLineName }
  | { do: 'write'; active: boolean }
  | { do: 'read' }
  | { do: 'close' }
  /** End by itself, which takes that nothing keeps it alive. */
  | { do: 'leave' };

/** `answer` is null rather than absent, since a message is JSON. */
type Answer = { answer: boolean | null } | { error: { code: string; message: string; next: string } };
/** Told by the process of its own accord. */
export type Told = { change: boolean } | { gesture: Gesture } | { lost: string };

/**
 * A process of its own with one line of this machine: onoff's compiled part cannot be loaded in a worker thread, which
 * is where ava runs tests, and a process can be killed.
 */
export class GpioProcess {
  readonly #child: ChildProcess;
  readonly #told = new EventEmitter<{ told: [Told] }>();
  readonly #stream = on(this.#told, 'told');

  constructor(t: ExecutionContext) {
    this.#child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (message: Answer | Told) => {
      if (!('answer' in message || 'error' in message)) this.#told.emit('told', message);
    });
    t.teardown(() => this.kill());
  }

  async ask(request: Request): Promise<boolean | null> {
    const answered = new Promise<Answer>((resolve) => {
      const listener = (message: Answer | Told) => {
        if (!('answer' in message || 'error' in message)) return;
        this.#child.off('message', listener);
        resolve(message);
      };
      this.#child.on('message', listener);
    });
    this.#child.send(request);
    const answer = await answered;
    if ('error' in answer) throw Object.assign(new Error(answer.error.message), answer.error);
    return answer.answer;
  }

  /** The next thing that it tells. */
  async told(): Promise<Told> {
    const { value } = await this.#stream.next();
    return value[0];
  }

  /** Ends it as a power cut ends a process: nothing is closed. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  /** Resolves with its exit status once it has let go of everything and ends by itself. */
  async ended(): Promise<number | null> {
    const exited = once(this.#child, 'exit');
    this.#child.send({ do: 'leave' } satisfies Request);
    const [status] = await exited;
    return status;
  }
}

function serve(): void {
  const send = (message: Answer | Told) => process.connected && process.send?.(message);
  const gpio = sysfsGpio({ onLost: (_, error) => send({ lost: error.message }) });
  let input: GpioInput | undefined;
  let output: GpioOutput | undefined;
  const abandoned = () => process.exit(1);
  process.on('disconnect', abandoned);

  const answer = (request: Request): boolean | null => {
    switch (request.do) {
      case 'input':
        input = gpio.input(request.name, request);
        input.onChange((change) => send({ change }));
        return input.active;
      case 'button':
        input = gpio.input(request.name, { debounceMs: 10 });
        new Button(input, request.times).onGesture((gesture) => send({ gesture }));
        return input.active;
      case 'output':
        output = gpio.output(request.name);
        return null;
      case 'write':
        output?.write(request.active);
        return null;
      case 'read':
        return input?.active ?? null;
      case 'close':
        input?.close();
        output?.close();
        return null;
      case 'leave':
        process.off('disconnect', abandoned);
        process.disconnect?.();
        return null;
    }
  };

  process.on('message', (request: Request) => {
    try {
      send({ answer: answer(request) });
    } catch (error) {
      const { code, message, next } = error as { code: string; message: string; next: string };
      send({ error: { code, message, next } });
    }
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send !== undefined) serve();
