import { type FirmwareImage, readSlotImage } from './image.js';
import { type FirmwareKey, verifyFirmwareImage } from './image-signature.js';
import type { BootState, FlashArea, SimulatedFlash } from './simulator-flash.js';

/** Primary to scratch, secondary to primary, scratch to secondary: each can be done again without harm. */
const STEPS_PER_SECTOR = 3;

export interface BootResult {
  /** What runs now; undefined when the primary slot holds nothing that may run. */
  running: FirmwareImage | undefined;
  /** What this boot did with the slots. */
  swapped: 'none' | 'test' | 'permanent' | 'revert';
}

/** The image in a slot that this board may run, undefined when there is none. */
export function slotImage(
  flash: SimulatedFlash,
  slot: 'primary' | 'secondary',
  key: FirmwareKey | undefined,
): FirmwareImage | undefined {
  try {
    const image = readSlotImage(flash.read(slot));
    if (key !== undefined) verifyFirmwareImage(image, key);
    return image;
  } catch {
    return undefined;
  }
}

/**
 * One start of a bootloader that behaves as MCUboot does when it swaps with scratch: it ends a swap that power loss interrupted; swaps in
 * an image that is marked, if it is valid; swaps back an image that ran unconfirmed; then runs what is in the primary slot.
 * `pace` is awaited after every step of a swap.
 */
export async function boot(
  flash: SimulatedFlash,
  key: FirmwareKey | undefined,
  pace: () => Promise<void>,
): Promise<BootResult> {
  const { pending, confirmed, swap } = flash.state;
  const kind = swap?.kind ?? pending ?? (confirmed ? undefined : 'revert');
  if (swap === null && kind !== undefined) beginSwap(flash, key, kind);
  const swapped = flash.state.swap?.kind ?? 'none';
  await finishSwap(flash, pace);
  return { running: slotImage(flash, 'primary', key), swapped };
}

/** Notes that a swap is under way, unless the image that would come in must not run: that one is erased. */
function beginSwap(
  flash: SimulatedFlash,
  key: FirmwareKey | undefined,
  kind: NonNullable<BootState['swap']>['kind'],
): void {
  const incoming = slotImage(flash, 'secondary', key);
  if (incoming === undefined) {
    flash.erase('secondary');
    flash.save({ pending: null, confirmed: true, swap: null });
    return;
  }
  const outgoing = slotImage(flash, 'primary', key)?.bytes.length ?? flash.slotBytes;
  const sectors = Math.ceil(Math.max(incoming.bytes.length, outgoing) / flash.sectorBytes);
  flash.save({ ...flash.state, swap: { kind, sectors, steps: 0 } });
}

async function finishSwap(flash: SimulatedFlash, pace: () => Promise<void>): Promise<void> {
  const { swap } = flash.state;
  if (swap === null) return;
  for (let steps = swap.steps; steps < swap.sectors * STEPS_PER_SECTOR; steps++) {
    const sector = Math.floor(steps / STEPS_PER_SECTOR);
    const moves: [FlashArea, number, FlashArea, number][] = [
      ['primary', sector, 'scratch', 0],
      ['secondary', sector, 'primary', sector],
      ['scratch', 0, 'secondary', sector],
    ];
    const move = moves[steps % STEPS_PER_SECTOR];
    if (move !== undefined) flash.copySector(...move);
    flash.save({ ...flash.state, swap: { ...swap, steps: steps + 1 } });
    await pace();
  }
  flash.save({ pending: null, confirmed: swap.kind !== 'test', swap: null });
}
