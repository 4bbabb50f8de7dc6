import { BoardError } from './command.js';
import { CHECKOUT, GPIO_CHIP, VirtualBoard } from './virtual-board.js';

/** Runs the tests of the GPIO driver and of the doctor on real lines in the machine; returns how many passed. Throws with what ava said. */
export async function gpioTests(say: (line: string) => void): Promise<{ passed: number }> {
  const board = await VirtualBoard.make({ say });
  try {
    await board.start();
    const folder = (await board.must('dirname /sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio0')).trim();
    const settings = `LIUHEN_TEST_GPIO_CHIP=${GPIO_CHIP} LIUHEN_TEST_GPIO_SIM=${folder}`;
    const ava = 'node node_modules/ava/entrypoints/cli.mjs --tap --timeout=10m';
    const { status, stdout, stderr } = await board.run(
      `cd ${CHECKOUT} && ${settings} ${ava} test/drivers/gpio-lines.test.ts test/doctor/gpio-lines.test.ts --serial`,
    );
    const passed = stdout.match(/^ok (?!.*# SKIP)/gm)?.length ?? 0;
    if (status !== 0 || passed === 0) throw new BoardError(`GPIO tests in the machine:\n${stdout}${stderr}`);
    say(`${passed} tests of the GPIO driver and the doctor passed on real lines`);
    return { passed };
  } finally {
    await board.close();
  }
}
