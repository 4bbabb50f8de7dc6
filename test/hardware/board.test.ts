import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openSerial } from '../../drivers/serial.js';
import { systemTimers } from '../../drivers/timers.js';
import { BoardSimulator } from '../../firmware-bridge/simulator.js';
import { openPty } from '../../firmware-bridge/simulator-transport.js';
import { withoutSocat } from '../support/serial-cable.js';
import { WornDevice } from '../support/worn.js';

const run = withoutSocat === undefined ? test : test.skip;

/** An agent with real serial drivers on a real pty, at whose other end is the simulated microcontroller. */
async function withBoard(t: ExecutionContext): Promise<{ worn: WornDevice; simulator: BoardSimulator }> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-board-'));
  const port = join(folder, 'tty');
  const pty = await openPty(port);
  const simulator = new BoardSimulator({ folder: join(folder, 'flash') });
  simulator.serve(pty.stream);
  await simulator.powerOn();
  const worn = await WornDevice.start(
    t,
    { hardware: { board: { port, poll: '500ms' }, attention: { chip: 'recorder-gpio', line: 7 } } },
    (drivers) => {
      drivers.timers = systemTimers;
      drivers.serial = async (options, log) => openSerial(options, log);
    },
  );
  const attention = worn.drivers.gpioLines.line(7);
  simulator.on('attention', (active) => attention.set(active));
  t.teardown(async () => {
    await worn.stop();
    simulator.close();
    await pty.close();
    await rm(folder, { recursive: true, force: true });
  });
  await until(() => worn.agent.device.status().pieces.board?.state === 'works');
  return { worn, simulator };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

run(
  'what the microcontroller sees is in the journal at once, and its lights say what the recorder does',
  async (t) => {
    const { worn, simulator } = await withBoard(t);
    const { agent } = worn;
    await until(() => simulator.board.outputs.indicator === 'flash');
    await agent.device.controls.start({ trigger: 'command' });
    await worn.film(2);
    await until(() => simulator.board.outputs.indicator === 'steady');

    simulator.board.set({ coverOpen: true });
    await until(() => agent.device.status().openDoors.includes('cover'));
    simulator.board.set({ batteryPercent: 9, charging: false, supply: 'battery', coverOpen: false });
    await until(() => agent.device.controls.battery === 'low');
    t.like(agent.device.status().battery, { percent: 9, charging: false, supply: 'battery' });

    const told = (await worn.entriesOf('event')).map(({ source, name }) => `${source} ${name}`);
    t.deepEqual(told, ['tamper cover-opened', 'tamper cover-closed', 'battery low']);
    await until(() => simulator.board.outputs.indicator === 'off');
  },
);

run('a microcontroller that resets shows again what stands, and its absence is told once', async (t) => {
  const { worn, simulator } = await withBoard(t);
  await until(() => simulator.board.outputs.indicator === 'flash');
  simulator.faults.add({ kind: 'drop-request', count: 1000 });
  t.like(worn.agent.device.status().battery, { percent: 80 });
  await until(() => worn.agent.device.status().pieces.board?.state === 'absent');
  t.like(worn.agent.device.status(), { battery: null, temperatureCelsius: null }, 'nobody knows any more');
  simulator.faults.clear();
  await simulator.powerOn();
  await until(() => worn.agent.device.status().pieces.board?.state === 'works');
  t.like(worn.agent.device.status().battery, { percent: 80 });
  await until(() => simulator.board.outputs.indicator === 'flash');
  const told = (await worn.entriesOf('event')).map(({ source, name }) => `${source} ${name}`);
  t.deepEqual(told, ['hardware absent', 'hardware works']);
});
